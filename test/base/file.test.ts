import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { replaceFile } from "../../src/base/file.js";
import { resultBatches } from "../../src/sinks/results.js";
import { checkTarget, formatOf } from "../../src/sinks/target.js";
import { writeResults } from "../../src/sinks/write.js";
import { pairsOf, tableOf } from "../cli/miniature.js";
import { folder } from "../cli/terminal.js";

const table = tableOf(Array.from({ length: 100 }, (_, i) => ({ user: `u${i}`, res: "r" })));
const pairs = pairsOf(
  table,
  Array.from({ length: 100 }, (_, i) => i),
);

describe("a file that is replaced", () => {
  it("has its whole new content and keeps its permissions", async () => {
    const path = join(folder(), "f");
    writeFileSync(path, "a much longer old content");
    chmodSync(path, 0o600);
    expect(await replaceFile(path, ["new ", new TextEncoder().encode("content")])).toBe(11);
    expect(readFileSync(path, "utf8")).toBe("new content");
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it.each(["s.jsonl", "s.csv", "s.parquet"])("stays as it was when writing %s is aborted midway", async (name) => {
    const home = folder();
    const path = join(home, name);
    writeFileSync(path, "old");
    const controller = new AbortController();
    let seen: string[] = [];
    const writing = writeResults(path, formatOf(name), resultBatches(table, pairs, undefined, 10), {
      signal: controller.signal,
      onProgress({ done }) {
        if (done !== 50) return;
        seen = readdirSync(home);
        controller.abort(new Error("stop"));
      },
    });
    await expect(writing).rejects.toThrow("stop");
    expect(seen).toHaveLength(2); // the target and what was being written beside it
    expect(readdirSync(home)).toEqual([name]);
    expect(readFileSync(path, "utf8")).toBe("old");
  });

  it("is not there at all when its content fails", async () => {
    const home = folder();
    function* content(): Generator<string> {
      yield "half";
      throw new Error("no more");
    }
    await expect(replaceFile(join(home, "f"), content())).rejects.toThrow("no more");
    expect(readdirSync(home)).toEqual([]);
  });
});

describe("a target", () => {
  it("that is a link means the file it points to, and stays a link", async () => {
    const home = folder();
    writeFileSync(join(home, "real.csv"), "old");
    symlinkSync("real.csv", join(home, "link.csv"));
    await replaceFile(await checkTarget(join(home, "link.csv")), ["new"]);
    expect(readFileSync(join(home, "real.csv"), "utf8")).toBe("new");
    expect(readlinkSync(join(home, "link.csv"))).toBe("real.csv");
  });

  it.each([
    ["a folder", "sub", "got a folder"],
    ["a file in a folder that is missing", "no/s.csv", "does not exist"],
    ["an input", "in.csv", "it is the input"],
  ])("must not be %s", async (_, name, why) => {
    const home = folder();
    mkdirSync(join(home, "sub"));
    writeFileSync(join(home, "in.csv"), "");
    await expect(checkTarget(join(home, name), [join(home, "in.csv")])).rejects.toMatchObject({
      kind: "usage",
      message: expect.stringContaining(why),
    });
  });

  it("must not be a device, which a rename would replace", async () => {
    await expect(checkTarget("/dev/null")).rejects.toThrow("got a device");
  });
});
