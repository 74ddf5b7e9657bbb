import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { readAccesses } from "../../src/ingest/read.js";
import { resolveSelection } from "../../src/ingest/selection.js";
import { rowsOf } from "./helpers.js";

const fixture = fileURLToPath(new URL("../fixtures/windows-events/shares.jsonl", import.meta.url));
const day = (text: string) => Date.parse(text) / 86_400_000;

describe("real file-share events", () => {
  it("of three collectors are all counted, with their domains and days", async () => {
    const { table, report } = await readAccesses([fixture], resolveSelection());
    expect(rowsOf(table)).toEqual([
      ["0", "MORDOR\\MORDORDC$", "\\\\*\\IPC$", day("2020-06-10"), 1],
      ["0", "PANDALAB\\DC01$", "\\\\*\\SYSVOL", day("2023-07-19"), 2],
      ["0", "PANDALAB\\DC01$", "\\\\*\\IPC$", day("2023-07-19"), 1],
      ["0", "SHIRE\\HFDC01$", "\\\\*\\SYSVOL", day("2019-03-19"), 3],
      ["0", "SHIRE\\WECSERVER$", "\\\\*\\IPC$", day("2019-04-03"), 1],
      ["0", "WORKSTATION5\\APT-Simulator", "\\\\*\\ADMIN$", day("2021-06-11"), 1],
    ]);
    expect(report).toMatchObject({ lines: 9, counted: 9, firstDay: "2019-03-19", lastDay: "2023-07-19" });
  });
});
