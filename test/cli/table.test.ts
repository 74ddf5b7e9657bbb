import stringWidth from "string-width";
import { describe, expect, it } from "vitest";
import { table } from "../../src/cli/table.js";

const columns = [{ title: "score", align: "right" as const }, { title: "user" }, { title: "resource" }];

describe("a table", () => {
  it("lines up its columns", async () => {
    expect(
      await table(
        columns,
        [
          ["1.00", "ann", "x"],
          ["10.00", "bob", "y"],
        ],
        80,
      ),
    ).toBe("score  user  resource\n 1.00  ann   x\n10.00  bob   y\n");
  });

  it("shows what could act on a terminal and lets it do nothing", async () => {
    const text = await table(columns, [["1", "\u001b[31mred\u0007", "a\nb\u202ec"]], 120);
    expect(text).toContain("\\u{1b}[31mred\\u{7}");
    expect(text).toContain("a\\u{a}b\\u{202e}c");
    // biome-ignore lint/suspicious/noControlCharactersInRegex: none may be left
    expect(text.replaceAll("\n", "")).not.toMatch(/[\u0000-\u001f\u202e]/);
    expect(text.split("\n")).toHaveLength(3);
  });

  it("counts wide characters as two columns", async () => {
    const text = await table(
      columns,
      [
        ["1", "王小明", "x"],
        ["2", "ann", "y"],
      ],
      80,
    );
    const [, wide, narrow] = text.split("\n");
    expect(stringWidth(wide.slice(0, wide.indexOf("x")))).toBe(narrow.indexOf("y"));
  });

  it.each([20, 40, 60])("fits %i columns, and shows both ends of a name that does not", async (width) => {
    const rows = [
      ["1", `CONTOSO\\${"user".repeat(30)}-end`, `${"王".repeat(40)}-fin`],
      ["22.5", "ann", "x"],
    ];
    const lines = (await table(columns, rows, width)).trimEnd().split("\n");
    for (const line of lines) expect(stringWidth(line)).toBeLessThanOrEqual(width);
    expect(lines[1]).toContain("…");
    expect(lines[1]).toMatch(/C\S*…\S*d/);
  });

  it("has only its head when there are no rows", async () => {
    expect(await table(columns, [], 80)).toBe("score  user  resource\n");
  });
});
