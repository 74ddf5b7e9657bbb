import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DataError } from "../../src/base/errors.js";
import { readAccesses } from "../../src/ingest/read.js";
import { resolveSelection } from "../../src/ingest/selection.js";
import { cutAt, errorOf, memorySource, planOf, readText, rowsOf } from "./helpers.js";

const read = (text: string | Uint8Array, selection = {}, options = {}) =>
  readText(text, selection, { ...options, as: "csv" });

describe("CSV", () => {
  it("is read by its header, with quoting, CR LF, blank lines and a byte order mark", async () => {
    const text =
      '\ufeffuser,other,res\r\n"a ""x"", b",1,"two\r\nlines"\r\n\r\nÜnal,2,r\r\n"a ""x"", b",3,"two\r\nlines"';
    const { table, report } = await read(text);
    expect(rowsOf(table)).toEqual([
      ["0", 'a "x", b', "two\r\nlines", null, 2],
      ["0", "Ünal", "r", null, 1],
    ]);
    expect(report).toMatchObject({ lines: 3, counted: 3, badLines: { count: 0 } });
  });

  it("gives events, times and weights as the text they are", async () => {
    const header = "EventID,Account,ShareName,TimeGenerated,n";
    const text = `${header}\n5140,A\\b,s,2026-01-02T00:00:00Z,2\n5145,A\\b,s,1767312000,0.5\n4624,A\\b,s,,1\n5140,,s,,1\n`;
    const { table, report } = await read(text, { weight: "n" });
    expect(rowsOf(table)).toEqual([["0", "A\\b", "s", 20_455, 2.5]]);
    expect(report.leftOut).toMatchObject({ notSelected: 1, noUser: 1 });
  });

  it("follows a dotted path into a column of JSON text", async () => {
    const { table } = await read('Properties,res\n"{""upn"":""a""}",r\n', { user: "Properties.upn", resource: "res" });
    expect(table.users.names).toEqual(["a"]);
  });

  it.each([
    ["too few fields", "u", /has 1 fields, expected 2 as in the header/],
    ["too many fields", "u,r,x", /has 3 fields, expected 2/],
    ["bytes that are not UTF-8", Buffer.from([0x75, 0xff, 0x2c, 0x72]), /is not UTF-8/],
  ])("with %s has a bad record, told with its line", async (_, record, message) => {
    const text = Buffer.concat([Buffer.from("user,res\nu,r\n"), Buffer.from(record), Buffer.from("\nu,r\n")]);
    const { table, report } = await read(text);
    expect(table.weight[0]).toBe(2);
    expect(report.badLines).toEqual({
      count: 1,
      samples: [{ file: "memory", line: 3, offset: null, message: expect.stringMatching(message) }],
    });
    await expect(read(text, {}, { maxBadLines: 0 })).rejects.toThrow(/^memory: line 3 /);
  });

  it("with a stray quote has it as text, and loses no other record", async () => {
    const { table, report } = await read('user,res\nu"x",r\n"u"x,r\nu,r\n');
    expect(table.users.names).toEqual(['u"x"', '"u"x', "u"]);
    expect(report.badLines.count).toBe(0);
  });

  it("with a quote that is never closed has a bad record at its end", async () => {
    const { report } = await read('user,res\nu,r\n"u,r\nu,r\n');
    expect(report).toMatchObject({ counted: 1, badLines: { count: 1 } });
    const error = await errorOf(read(`user,res\n"${"u,r\n".repeat(500)}`, {}, { maxLineInBytes: 1000 }));
    expect(error).toBeInstanceOf(DataError);
    expect(error.message).toMatch(/too long to go on/);
  });

  it("of a record that is too long says where it starts, however its bytes are split", async () => {
    const limit = { maxLineInBytes: 12 };
    for (const [record, fits] of [
      ["twelve,bytes", true],
      ["twelve,bytes!", false],
      ['"\r\nwelve",by', true],
      ['"\r\nwelve",byt', false],
      ['twelv,"byte"', true],
      ['twelve,"byte"', false],
      ['"never closed\n', false],
    ] as const) {
      const bytes = Buffer.from(`user,res\n"a\r\nb",r\n${record}\r\nu,r`);
      for (const size of [1, 2, 3, bytes.length]) {
        const chunks = cutAt(
          bytes,
          Array.from({ length: bytes.length / size }, (_, i) => i * size),
        );
        const reading = readAccesses(planOf(memorySource(chunks, "csv")), resolveSelection(), limit);
        if (fits) expect((await reading).report).toMatchObject({ counted: 3, badLines: { count: 0 } });
        else await expect(reading, record).rejects.toThrow("memory: line 4 is too long to go on after it");
      }
    }
  });

  it("tells lines as editors count them: by where a record ends, a CR LF within quotes as one", async () => {
    const text = 'user,res\r\n"a\r\nb\rc\nd",r\r\nx\r\r"u\n",r,x\ru,r\n"open\r\n';
    const { report } = await read(text);
    expect(report.counted).toBe(2);
    expect(report.badLines.samples.map(({ line, message }) => [line, message])).toEqual([
      [6, "has 1 fields, expected 2 as in the header"],
      [9, "has 3 fields, expected 2 as in the header"],
      [11, "ends the file within a quoted field: a quote is not closed"],
    ]);
  });

  it("has a NUL after a quoted field as text that follows a stray quote", async () => {
    const { table } = await read('user,res\n"u"\0,r\n');
    expect(table.users.names).toEqual(['"u"\0']);
  });

  it("with a hundred thousand columns is read, with more it is refused", async () => {
    const wide = (columns: number) => `user,res${",x".repeat(columns - 2)}\nu,r${",".repeat(columns - 2)}`;
    expect((await read(wide(100_000))).report.counted).toBe(1);
    const error = await errorOf(read(wide(100_001)));
    expect(error).toBeInstanceOf(DataError);
    expect(error.message).toBe("memory has 100,001 columns");
  });

  it("without a column that a flag names is an error that names the columns there are", async () => {
    for (const selection of [
      { user: "who" },
      { weight: "n" },
      { where: ["Type=1"] },
      { time: "at" },
      { tenant: "org" },
    ]) {
      const error = await errorOf(read("user,res\u001b\nu,r\n", selection));
      expect(error).toBeInstanceOf(DataError);
      expect(error.message).toMatch(
        /^memory has no column ".+", which --\w+ names; its columns are user, res\\u\{1b\}$/,
      );
    }
  });

  it("in UTF-16 is refused", async () => {
    await expect(read(Buffer.from("\ufeffuser,res\nu,r\n", "utf16le"))).rejects.toThrow("memory is UTF-16");
  });

  it("gives the same table and report however its bytes are split", async () => {
    const piece = fc.constantFrom(
      "u,r\n",
      '"ü ""q""",r\r\n',
      "x\n",
      'a"b,r\n',
      "\n",
      '"two\nlines",r\n',
      "名,r\r",
      "u,r,x\r\n",
    );
    const run = async (chunks: Uint8Array[]) => {
      const { table, report } = await readAccesses(planOf(memorySource(chunks, "csv")), resolveSelection());
      return { rows: rowsOf(table), report };
    };
    await fc.assert(
      fc.asyncProperty(
        fc.array(piece, { maxLength: 10 }),
        fc.array(fc.nat(500), { maxLength: 20 }),
        async (pieces, at) => {
          const bytes = Buffer.from(`\ufeffuser,res\nu,r\n${pieces.join("")}`);
          const cut = await run(
            cutAt(
              bytes,
              at.map((place) => place % (bytes.length + 1)),
            ),
          );
          expect(cut).toEqual(await run([bytes]));
        },
      ),
    );
  });
});
