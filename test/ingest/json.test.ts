import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DataError } from "../../src/base/errors.js";
import { readModes } from "../../src/ingest/mode.js";
import { type ReadOptions, readAccesses } from "../../src/ingest/read.js";
import { resolveSelection, type SelectionOptions } from "../../src/ingest/selection.js";
import { cutAt, errorOf, line, memorySource, planOf, readText, rowsOf } from "./helpers.js";

const good = line();
const goodBytes = Buffer.from(good);
const bytesOf = (...parts: (string | number[] | Uint8Array)[]) =>
  Buffer.concat(parts.map((part) => (typeof part === "string" ? Buffer.from(part) : Uint8Array.from(part))));

/** Reads every line, as bad ones are what this is about. */
const readStrict = (text: string | Uint8Array, selection: SelectionOptions = {}, options: ReadOptions = {}) =>
  readText(text, selection, { mode: "strict", ...options });

/** A good line, a hostile one, a good line: the hostile one must cost only itself. */
const between = (hostile: string | Uint8Array) => readStrict(bytesOf(good, hostile, "\n", good));

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
    ["at its start", "name-of-someone 5140"],
    ["in a value", '{"EventID":5140,"Account":name-of-someone,"a":1}'],
    ["in a short line", '{"a":name-of-someone}'],
    ["behind quotes", '"name-of-someone" "'],
    ["by apostrophes", "''name-of-someone''"],
  ])("is told without a word of it: %s", async (_, hostile) => {
    const { report } = await between(hostile);
    expect(report.badLines.count).toBe(1);
    expect(report.badLines.samples[0].message).toMatch(/^is not JSON: /);
    expect(report.badLines.samples[0].message).not.toMatch(/name|some|EventID|5140/);
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
    const { table } = await readStrict('{"EventID":1,"EventID":5140,"Account":"a","Account":"b","ShareName":"s"}\n');
    expect(table.users.names).toEqual(["b"]);
  });

  it("shows nothing of itself that could act on a terminal", async () => {
    const { report } = await between('{"a":\u001b]0;owned\u0007\u202e}');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the purpose
    expect(report.badLines.samples[0].message).not.toMatch(/[\u0000-\u001f\u202e]/);
  });

  it.each(readModes)("that is too long is skipped, counted, and its offset told: %s", async (mode) => {
    for (const hostile of [`{"a":"${"x".repeat(5000)}"}`, "y".repeat(1001)]) {
      const bytes = bytesOf(good, hostile, "\n", good, hostile);
      for (const chunks of [[bytes], cutAt(bytes, [300, 900, 1500, 2500])]) {
        const { report } = await readAccesses(planOf(memorySource(chunks)), resolveSelection(), {
          maxLineInBytes: 1000,
          mode,
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
    const { report } = await readStrict(good, {}, { maxLineInBytes: goodBytes.length - 1 });
    expect(report).toMatchObject({ counted: 1, badLines: { count: 0 } });
  });
});

describe("a file", () => {
  it("may start with a byte order mark, which offsets include", async () => {
    const { report } = await readStrict(bytesOf([0xef, 0xbb, 0xbf], good, "x\n"));
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
    const { report } = await readStrict(`\n${good.trim()}\r\n\r\n  \t\r\n${good.trim()}\r\n\n`);
    expect(report).toMatchObject({ lines: 2, counted: 2, badLines: { count: 0 } });
  });

  it("with CR line ends alone is bad, with a hint", async () => {
    for (const end of ["\r", "\n"]) {
      const { report } = await readStrict(`${good}${good.trim()}\r${good.trim()}${end}`);
      expect(report.badLines.samples[0].message).toContain("carriage returns without line feeds");
    }
  });

  it("may end without a newline", async () => {
    expect((await readStrict(good.trimEnd())).report).toMatchObject({ counted: 1, torn: [] });
  });

  it("that ends in the middle of a record is torn there, wherever that is, and loses nothing else", async () => {
    const last = Buffer.from(line({ Account: "CONTOSO\\Änne" }).trimEnd());
    for (let cut = 1; cut < last.length; cut++) {
      const { report } = await readStrict(bytesOf(good, last.subarray(0, cut)));
      expect(report).toMatchObject({ lines: 1, counted: 1, badLines: { count: 0 } });
      expect(report.torn).toEqual([{ file: "memory", offset: goodBytes.length }]);
    }
  });

  it("that ends in something that starts no record is bad there, not torn", async () => {
    const { report } = await readStrict(`${good}[1,2`);
    expect(report).toMatchObject({ badLines: { count: 1 }, torn: [] });
  });

  it("of Event Hubs envelopes gives each record, also beside plain lines", async () => {
    const record = good.trim();
    const { table, report } = await readStrict(`{"records":[${record},${record}]}\n${good}{"records":[]}\n`);
    expect(report).toMatchObject({ lines: 3, counted: 3 });
    expect(table.weight[0]).toBe(3);
  });

  it("keeps a row that merely has a column named records", async () => {
    const { report } = await readStrict(line({ records: [{}] }));
    expect(report).toMatchObject({ lines: 1, counted: 1 });
  });
});

describe("a line that cannot match", () => {
  const broken = ['{"a":"\0"}', '{"a":"\\x"}', bytesOf('{"a":"', [0xc3, 0x28], '"}'), '{"a":"b', '["é"é]'];
  const wrong = ['{"a":1,}', '{"a":NaN}', "[]", "5", '{"a":[}'];
  const text = bytesOf(good, ...[...broken, ...wrong, "", " "].flatMap((hostile) => [hostile, "\n"]), good);

  it("is passed over in fast mode, whatever it is", async () => {
    const { report } = await readText(text);
    expect(report).toMatchObject({ mode: "fast", lines: 2, counted: 2, discarded: 12, badLines: { count: 0 } });
  });

  it("is bad in light mode where its texts are, in the words of strict mode", async () => {
    const { report } = await readText(text, {}, { mode: "light" });
    const strict = (await readStrict(text)).report;
    expect(report).toMatchObject({ mode: "light", lines: 2, counted: 2, discarded: 7 });
    expect(report.badLines).toEqual({ count: 5, samples: strict.badLines.samples.slice(0, 5) });
    expect(strict).toMatchObject({ mode: "strict", discarded: 0, badLines: { count: 10 } });
  });

  it("is looked at all the same if the file ends with it, as it may be torn before it matches", async () => {
    const { report } = await readText(`${good}{"EventID":51`);
    expect(report.torn).toEqual([{ file: "memory", offset: goodBytes.length }]);
    expect((await readText(`${good}[1]`)).report.badLines.count).toBe(1);
  });

  it("is bad where it could match", async () => {
    const { report } = await readText(bytesOf(good, '{"EventID":5140,}\n', good));
    expect(report.badLines).toMatchObject({ count: 1, samples: [{ line: 2, offset: goodBytes.length }] });
  });
});

describe("numbers", () => {
  const names = async (...literals: string[]) => {
    const lines = literals.map((literal) => `{"u":${literal},"r":{"n":${literal}},"w":${literal}}\n`);
    const nested = literals.map(
      (literal) => `{"u":${literal},"r":"{\\"m\\":1,\\"n\\":[],\\"n\\": ${literal} }","w":1}\n`,
    );
    const both = [lines, nested].map((rows) => readText(rows.join(""), { user: "u", resource: "r.n" }));
    const [plain, inText] = await Promise.all(both);
    expect(inText.table.resources.names).toEqual(plain.table.resources.names);
    expect(plain.table.users.names).toEqual(plain.table.resources.names);
    return plain.table.users.names;
  };

  it("are named as they are written, less the zeros that end a fraction", async () => {
    expect(await names("5140", "5140.00", "5140.10", "0.50", "-0", "-0.0", "0", "100", "1234567890.0")).toEqual([
      ...["5140", "5140.1", "0.5", "-0", "0", "100", "1234567890"],
    ]);
  });

  it("keep all their digits and their exponent", async () => {
    const kept = [
      "9007199254740993",
      "9007199254740992",
      "5.14e3",
      "5.140E+3",
      "1.5e30",
      "1e400",
      "0.10000000000000000001",
    ];
    expect(await names(...kept)).toEqual(kept);
  });

  it("are numbers as weights, times and for nothing else", async () => {
    const { table } = await readText(line({ n: 2, TimeGenerated: 0 }).replace('"n":2', '"n":2.50e1'), { weight: "n" });
    expect(table.weight[0]).toBe(25);
    const text = line().replace(/"TimeGenerated":"[^"]*"/, '"TimeGenerated":1.7672832e9');
    expect((await readText(text)).report.firstDay).toBe("2026-01-01");
    const event = line().replace("5140", "5.14e3") + line().replace("5140", "5140.0");
    expect((await readStrict(event)).report).toMatchObject({ counted: 1, leftOut: { notSelected: 1 } });
  });
});

describe("a key that is asked for", () => {
  it.each([
    ["twice in a record", '{"EventID":1,"EventID":5140}', 1],
    ["twice, once as an escape", '{"EventID":1,"Event\\u0049D":5140}', 1],
    ["twice in an object that is asked for", '{"winlog":{"event_id":1,"event_id":5140}}', 1],
    ["twice in several records of an envelope", '{"records":[{"user":1,"user":2,"res":5140},{"user":1,"user":2}]}', 1],
    ["once in each of two objects", '{"event_data":{"ShareName":5140},"winlog":{"event_data":{"ShareName":1}}}', 0],
    ["not at all, but another one twice", '{"b":5140,"b":1}', 0],
    ["twice in a bad line", '{"EventID":1,"EventID":5140', 0],
  ])("%s is counted once a line", async (_, hostile, count) => {
    for (const mode of readModes)
      expect((await readText(`${good}${hostile}\n`, {}, { mode })).report.duplicateKeys).toBe(count);
  });
});

describe("--max-bad-lines", () => {
  const bad = (count: number) => good + '{"a":\n'.repeat(count);

  it("stops at one more, and says where and what to do", async () => {
    const error = await errorOf(readStrict(bad(3), {}, { maxBadLines: 2 }));
    expect(error).toBeInstanceOf(DataError);
    const offset = goodBytes.length + 12;
    expect(error.message).toMatch(`memory: line 4 (byte ${offset}) is not JSON: unexpected end`);
    expect(error.hint).toContain("--max-bad-lines");
    expect(error.details).toMatchObject({ file: "memory", line: 4, offset });
  });

  it("goes on at as many as allowed, keeping the first twenty", async () => {
    const { report } = await readStrict(bad(1000));
    expect(report.badLines.count).toBe(1000);
    expect(report.badLines.samples.map((sample) => sample.line)).toEqual(Array.from({ length: 20 }, (_, i) => i + 2));
    await expect(readStrict(bad(1001))).rejects.toThrow(/line 1,002 /);
  });

  it.each([-1, 1.5, Number.NaN])("refuses %s", async (maxBadLines) => {
    await expect(readStrict(good, {}, { maxBadLines })).rejects.toThrow("--max-bad-lines: expected an integer from 0");
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
  it.each(readModes)("do not matter: any split of the bytes gives the same table and report: %s", async (mode) => {
    const run = async (chunks: Uint8Array[]) => {
      try {
        const plan = planOf(memorySource(chunks));
        const { table, report } = await readAccesses(plan, resolveSelection(), { maxLineInBytes: 350, mode });
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
      const { table } = await readStrict(
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
