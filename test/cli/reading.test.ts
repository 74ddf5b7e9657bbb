import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { ReadReport } from "../../src/cli/engine.js";
import { readingText } from "../../src/cli/reading.js";
import { byoml, folder } from "./terminal.js";

const report: ReadReport = {
  ...{ files: 2, bytes: 2e9, mode: "fast", lines: 1200, discarded: 0, counted: 1000, noTime: 0, duplicateKeys: 0 },
  leftOut: {
    ...{ notSelected: 200, outsideTime: 0, noUser: 0, noResource: 0 },
    ...{ badField: 0, badWeight: 0, allowListed: 0, repeated: 0 },
  },
  badLines: { count: 0, samples: [] },
  ...{ torn: [], resume: [], ignoredFiles: 0, firstDay: "2024-05-06", lastDay: "2024-05-09" },
};

describe("what was read, in words", () => {
  it("says nothing of what there was none of", () => {
    expect(readingText(report)).toBe(
      "read 2 files (2.0 GB): 1,000 of 1,200 records counted, 2024-05-06 to 2024-05-09\n  left out: 200 of other kinds\n",
    );
  });

  it.each([
    ["fast", "  5,000 lines that cannot match passed over unread (--check fast)\n"],
    ["light", "  5,000 lines that cannot match passed over, their texts checked (--check light)\n"],
  ] as const)("says how many lines were passed over in %s mode", (mode, text) => {
    expect(readingText({ ...report, mode, discarded: 5000 })).toContain(text);
  });

  it("says in how many lines a key stood twice", () => {
    expect(readingText({ ...report, duplicateKeys: 1 })).toContain(
      "  1 line with a key twice, of which the last was taken\n",
    );
  });
});

describe("--check", () => {
  const input = join(folder(), "in.jsonl");
  writeFileSync(input, '{"user":"u","res":"r"}\n');
  const line = ["train", input, "--model", "m"];

  it("is the mode of reading, and none by itself", async () => {
    expect((await byoml([...line, "--check", "light"])).calls.reading).toMatchObject({ mode: "light" });
    expect((await byoml(line)).calls.reading).not.toHaveProperty("mode", expect.anything());
  });

  it("refuses a mode that is none", async () => {
    const { code, err } = await byoml([...line, "--check", "quick"]);
    expect(code).toBe(2);
    expect(err).toContain("--check: expected one of fast, light, strict");
  });
});
