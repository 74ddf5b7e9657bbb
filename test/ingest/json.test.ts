import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DataError } from "../../src/base/errors.js";
import { readAccesses } from "../../src/ingest/read.js";
import { resolveSelection } from "../../src/ingest/selection.js";
import { cutAt, errorOf, line, memorySource, planOf, readText, rowsOf } from "./helpers.js";

const good = line();
const goodBytes = Buffer.from(good);
const bytesOf = (...parts: (string | number[] | Uint8Array)[]) =>
  Buffer.concat(parts.map((part) => (typeof part === "string" ? Buffer.from(part) : Uint8Array.from(part))));

/** A good line, a hostile one, a good line: the hostile one must cost only itself. */
const between = (hostile: string | Uint8Array) => readText(bytesOf(good, hostile, "\n", good));

describe("a hostile line", () => {
  it.each([
    ["a NUL in a string", '{"a":"\0"}', /is not JSON/],
    ["a bad escape", '{"a":"\\x"}', /is not JSON/],
    ["a control character", '{"a":"\u0001"}', /is not JSON/],
    ["a trailing comma", '{"a":1,}', /is not JSON/],
    ["NaN", '{"a":NaN}', /is not JSON/],
    ["garbage after the object", '{"a":1} x', /is not JSON/],
    ["two objects", '{"a":1}{"a":2}', /is not JSON/],
    ["a torn record in the middle", '{"a":"b', /unexpected end/],
    ["invalid UTF-8", bytesOf('{"a":"', [0xc3, 0x28], '"}'), /is not UTF-8/],
    ["an overlong UTF-8 form", bytesOf('{"a":"', [0xc0, 0xaf], '"}'), /is not UTF-8/],
    ["a surrogate in UTF-8", bytesOf('{"a":"', [0xed, 0xa0, 0x80], '"}'), /is not UTF-8/],
    ["a byte order mark", "\ufeff{}", /is not JSON/],
    ["an array", '[{"a":1},{"a":2}]', /is a JSON array: expected JSON lines, one object a line/],
    ["the start of an array", "[", /starts a JSON array: expected JSON lines/],
    ["a depth of 1,025", `{"a":${"[".repeat(1024)}${"]".repeat(1024)}}`, /is nested deeper than 1,024 levels/],
    ["a depth of 100,000", `{"a":${'{"b":'.repeat(100_000)}1${"}".repeat(100_000)}}`, /is nested deeper than 1,024/],
    ["a number", "5140", /is a JSON number/],
    ["null", "null", /is null/],
    ["records that are no objects", '{"records":[1]}', /has a JSON number among its records/],
  ])("with %s is bad, counted and told with its offset", async (_, hostile, message) => {
    const { table, report } = await between(hostile);
    expect(table.weight[0]).toBe(2);
    expect(report.badLines).toEqual({
      count: 1,
      samples: [{ file: "memory", line: 2, offset: goodBytes.length, message: expect.stringMatching(message) }],
    });
    expect(report).toMatchObject({ lines: 2, counted: 2, torn: [] });
  });

  it.each([
    ["a __proto__ key", '{"__proto__":{"Account":"evil"},"EventID":1}'],
    ["duplicate keys", '{"EventID":5140,"EventID":1}'],
    ["a depth of 1,024", `{"a":${"[".repeat(1023)}${"]".repeat(1023)}}`],
    ["a lone surrogate as an escape", '{"Account":"\\ud800"}'],
    ["carriage returns between values", '{"a":\r1}\r'],
  ])("with %s is JSON, and not an access by itself", async (_, hostile) => {
    const { report } = await between(hostile);
    expect(report).toMatchObject({ lines: 3, counted: 2, leftOut: { notSelected: 1 }, badLines: { count: 0 } });
  });

  it("cannot hide what it is about behind an escape", async () => {
    const { report } = await between('{"\\u0045ventID":"\\u0035140","Account":"a","ShareName":"s"}');
    expect(report.counted).toBe(3);
  });

  it("takes the last of duplicate keys", async () => {
    const { table } = await readText('{"EventID":1,"EventID":5140,"Account":"a","Account":"b","ShareName":"s"}\n');
    expect(table.users.names).toEqual(["b"]);
  });

  it("shows nothing of itself that could act on a terminal", async () => {
    const { report } = await between('{"a":\u001b]0;owned\u0007\u202e}');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the purpose
    expect(report.badLines.samples[0].message).not.toMatch(/[\u0000-\u001f\u202e]/);
  });

  it("that is too long is skipped, counted, and its offset told", async () => {
    for (const hostile of [`{"a":"${"x".repeat(5000)}"}`, "y".repeat(1001)]) {
      const bytes = bytesOf(good, hostile, "\n", good, hostile);
      for (const chunks of [[bytes], cutAt(bytes, [300, 900, 1500, 2500])]) {
        const { report } = await readAccesses(planOf(memorySource(chunks)), resolveSelection(), {
          maxLineInBytes: 1000,
        });
        const offset = goodBytes.length;
        const message = "is longer than 1,000 bytes and was skipped";
        expect(report.badLines.samples).toEqual([
          { file: "memory", line: 2, offset, message },
          { file: "memory", line: 4, offset: offset * 2 + hostile.length + 1, message },
        ]);
        expect(report).toMatchObject({ counted: 2, torn: [] });
      }
    }
  });

  it("may be exactly as long as the limit", async () => {
    const { report } = await readText(good, {}, { maxLineInBytes: goodBytes.length - 1 });
    expect(report).toMatchObject({ counted: 1, badLines: { count: 0 } });
  });
});

describe("a file", () => {
  it("may start with a byte order mark, which offsets include", async () => {
    const { report } = await readText(bytesOf([0xef, 0xbb, 0xbf], good, "x\n"));
    expect(report).toMatchObject({ counted: 1, badLines: { samples: [{ line: 2, offset: 3 + goodBytes.length }] } });
  });

  it.each([
    ["little-endian with a mark", Buffer.from(`\ufeff${good}`, "utf16le")],
    ["big-endian with a mark", Buffer.from(`\ufeff${good}`, "utf16le").swap16()],
    ["little-endian without a mark", Buffer.from(good, "utf16le")],
    ["big-endian without a mark", Buffer.from(good, "utf16le").swap16()],
  ])("in UTF-16, %s, is refused by name", async (_, bytes) => {
    for (const chunks of [[bytes], cutAt(bytes, [1, 2])]) {
      const error = await errorOf(readAccesses(planOf(memorySource(chunks)), resolveSelection()));
      expect(error).toBeInstanceOf(DataError);
      expect(error.message).toBe("memory is UTF-16, expected UTF-8");
      expect(error.hint).toContain("iconv");
    }
  });

  it("may have CR LF line ends and blank lines", async () => {
    const { report } = await readText(`\n${good.trim()}\r\n\r\n  \t\r\n${good.trim()}\r\n\n`);
    expect(report).toMatchObject({ lines: 2, counted: 2, badLines: { count: 0 } });
  });

  it("with CR line ends alone is bad, with a hint", async () => {
    for (const end of ["\r", "\n"]) {
      const { report } = await readText(`${good}${good.trim()}\r${good.trim()}${end}`);
      expect(report.badLines.samples[0].message).toContain("carriage returns without line feeds");
    }
  });

  it("may end without a newline", async () => {
    expect((await readText(good.trimEnd())).report).toMatchObject({ counted: 1, torn: [] });
  });

  it("that ends in the middle of a record is torn there, wherever that is, and loses nothing else", async () => {
    const last = Buffer.from(line({ Account: "CONTOSO\\Änne" }).trimEnd());
    for (let cut = 1; cut < last.length; cut++) {
      const { report } = await readText(bytesOf(good, last.subarray(0, cut)));
      expect(report).toMatchObject({ lines: 1, counted: 1, badLines: { count: 0 } });
      expect(report.torn).toEqual([{ file: "memory", offset: goodBytes.length }]);
    }
  });

  it("that ends in something that starts no record is bad there, not torn", async () => {
    const { report } = await readText(`${good}[1,2`);
    expect(report).toMatchObject({ badLines: { count: 1 }, torn: [] });
  });

  it("of Event Hubs envelopes gives each record, also beside plain lines", async () => {
    const record = good.trim();
    const { table, report } = await readText(`{"records":[${record},${record}]}\n${good}{"records":[]}\n`);
    expect(report).toMatchObject({ lines: 3, counted: 3 });
    expect(table.weight[0]).toBe(3);
  });

  it("keeps a row that merely has a column named records", async () => {
    const { report } = await readText(line({ records: [{}] }));
    expect(report).toMatchObject({ lines: 1, counted: 1 });
  });
});

describe("--max-bad-lines", () => {
  const bad = (count: number) => good + '{"a":\n'.repeat(count);

  it("stops at one more, and says where and what to do", async () => {
    const error = await errorOf(readText(bad(3), {}, { maxBadLines: 2 }));
    expect(error).toBeInstanceOf(DataError);
    const offset = goodBytes.length + 12;
    expect(error.message).toMatch(`memory: line 4 (byte ${offset}) is not JSON: unexpected end`);
    expect(error.hint).toContain("--max-bad-lines");
    expect(error.details).toMatchObject({ file: "memory", line: 4, offset });
  });

  it("goes on at as many as allowed, keeping the first twenty", async () => {
    const { report } = await readText(bad(1000));
    expect(report.badLines.count).toBe(1000);
    expect(report.badLines.samples.map((sample) => sample.line)).toEqual(Array.from({ length: 20 }, (_, i) => i + 2));
    await expect(readText(bad(1001))).rejects.toThrow(/line 1,002 /);
  });

  it.each([-1, 1.5, Number.NaN])("refuses %s", async (maxBadLines) => {
    await expect(readText(good, {}, { maxBadLines })).rejects.toThrow("--max-bad-lines: expected an integer from 0");
  });
});

const piece = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom("ann", "bob", "Ünal", "名前", "😀").map((name) => line({ Account: name })) },
  fc.constantFrom(
    "\n",
    "\r\n",
    "{}\n",
    "[1]\n",
    '{"a":\n',
    "\ufeff{}\n",
    `${"z".repeat(400)}\n`,
    '{"records":[{},1]}\n',
  ),
  fc.constantFrom([0xff, 10], [0xef, 0xbb, 0xbf], [0xc3], [0x7b], [0x7b, 0x22]).map((bytes) => Buffer.from(bytes)),
);

describe("the chunks", () => {
  it("do not matter: any split of the bytes gives the same table and report", async () => {
    const run = async (chunks: Uint8Array[]) => {
      try {
        const plan = planOf(memorySource(chunks));
        const { table, report } = await readAccesses(plan, resolveSelection(), { maxLineInBytes: 350 });
        return { rows: rowsOf(table), names: table.users.names, report };
      } catch (error) {
        return (error as Error).message;
      }
    };
    await fc.assert(
      fc.asyncProperty(
        fc.array(piece, { maxLength: 12 }),
        fc.array(fc.nat(3000), { maxLength: 40 }),
        async (pieces, at) => {
          const bytes = bytesOf(...pieces);
          const cut = await run(
            cutAt(
              bytes,
              at.map((place) => place % (bytes.length + 1)),
            ),
          );
          expect(cut).toEqual(await run([bytes]));
        },
      ),
      { numRuns: 300 },
    );
  });

  it("may be single bytes", async () => {
    const bytes = bytesOf([0xef, 0xbb, 0xbf], line({ Account: "Ünal" }), good, '{"x');
    const plan = planOf(memorySource(Array.from(bytes, (byte) => Uint8Array.of(byte))));
    const { table, report } = await readAccesses(plan, resolveSelection());
    expect(table.users.names).toEqual(["Ünal", "CONTOSO\\ann"]);
    expect(report.torn).toEqual([{ file: "memory", offset: bytes.length - 3 }]);
  });
});

describe("the order of rows", () => {
  it("does not change the sums", async () => {
    const row = fc.record({
      Account: fc.constantFrom("a", "b", "c"),
      ShareName: fc.constantFrom("r", "s"),
      d: fc.nat(2),
    });
    const rows = fc.array(row, { minLength: 1, maxLength: 30 });
    const both = rows.chain((list) =>
      fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
    );
    const read = async (list: { d: number }[]) => {
      const { table } = await readText(
        list.map((fields) => line({ ...fields, TimeGenerated: fields.d * 86_400 })).join(""),
      );
      return rowsOf(table).map(String).sort();
    };
    await fc.assert(
      fc.asyncProperty(both, async ([list, shuffled]) => {
        expect(await read(shuffled)).toEqual(await read(list));
      }),
      {
        numRuns: 50,
      },
    );
  });
});
