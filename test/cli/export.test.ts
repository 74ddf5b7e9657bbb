import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { accountOf, shareOf, writeExport } from "../../src/cli/demo/export.js";
import { folder } from "./terminal.js";

const accesses = [
  { user: "u1", res: "r1", likelihood: 500 },
  { user: "u1", res: "r2", likelihood: 1000 },
  { user: "u2", res: "r1", likelihood: 777 },
];
const options = {
  firstDay: 6,
  days: 4,
  seed: 1,
  timesOf: ({ likelihood }: { likelihood: number }) => Math.round((likelihood * 4) / 100),
};

async function exported(): Promise<{ path: string; row: Record<string, unknown> }[]> {
  const home = folder();
  await writeExport(home, accesses, options);
  return readdirSync(home, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .flatMap((entry) => {
      const path = join(entry.parentPath, entry.name);
      const lines = readFileSync(path, "utf8").trimEnd().split("\n");
      return lines.map((text) => ({ path: path.slice(home.length), row: JSON.parse(text) }));
    })
    .sort((a, b) => (a.row["_ItemId"] < b.row["_ItemId"] ? -1 : 1));
}

describe("the demo's export", () => {
  it("gives each access its likelihood back: rows a day from its first to its last", async () => {
    const rows = (await exported()).map(({ row }) => row).filter(({ EventID }) => EventID === 5140);
    for (const { user, res, likelihood } of accesses) {
      const own = rows.filter(({ Account, ShareName }) => Account === accountOf(user) && ShareName === shareOf(res));
      const days = own.map(
        ({ TimeGenerated }) => Date.parse(`${String(TimeGenerated).slice(0, 10)}T00:00Z`) / 86_400_000,
      );
      const rate = own.length / (1 + Math.max(...days) - Math.min(...days));
      // Whole rows in four days: a quarter of a row a day, so an eighth at most is lost.
      expect(Math.abs(rate - likelihood / 100)).toBeLessThanOrEqual(0.125);
    }
  });

  it("lies in the folders of Microsoft's export, each row in the folder of its time", async () => {
    for (const { path, row } of await exported()) {
      const place =
        /^\/WorkspaceResourceId=\/subscriptions\/.+\/workspaces\/[^/]+\/y=(\d{4})\/m=(\d\d)\/d=(\d\d)\/h=(\d\d)\/m=(\d\d)\/PT05M\.json$/.exec(
          path,
        );
      const time = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):\d\d\.\d{7}Z$/.exec(String(row["TimeGenerated"]));
      expect(place?.slice(1, 5)).toEqual(time?.slice(1, 5));
      const late = Number(time?.[5]) - Number(place?.[5]);
      expect(late >= 0 && late < 5).toBe(true);
    }
  });

  it("has other events too, and is the same every time", async () => {
    const rows = await exported();
    expect(await exported()).toEqual(rows);
    expect(new Set(rows.map(({ row }) => row["_ItemId"])).size).toBe(rows.length);
  });
});
