import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DataError } from "../../src/base/errors.js";
import { CsvEngine, CsvScanner } from "../../src/ingest/csv.js";
import type { Problems } from "../../src/ingest/problems.js";
import type { Row, RowCounter } from "../../src/ingest/rows.js";
import type { ScanContext } from "../../src/ingest/scanner.js";
import { resolveSelection } from "../../src/ingest/selection.js";
import { backends, useBackend } from "../backends.js";
import { cuts, fields, fileBytes } from "./csv-arbitrary.js";
import { scanByCsvParse } from "./csv-oracle.js";
import { cutAt } from "./helpers.js";

/** `npm run fuzz` asks for a million. */
const cases = Number(process.env["BYOML_FUZZ"] ?? 1500);
if (!Number.isInteger(cases) || cases < 1) throw new Error("BYOML_FUZZ: expected an integer from 1");

/** What a scanner made of some bytes: the values of each row, and each record that gave none. */
interface Outcome {
  rows: unknown[][];
  bad: [line: number, message: string][];
  refused?: string;
}

function outcome(scan: (context: ScanContext) => void): Outcome {
  const found: Outcome = { rows: [], bad: [] };
  const rows: Pick<RowCounter, "fields" | "take"> = {
    fields,
    take: (row: Row) => found.rows.push(fields.map((_, field) => row.value(field))),
  };
  const problems: Pick<Problems, "bad"> = { bad: (_, line, __, message) => found.bad.push([line, message]) };
  try {
    scan({
      rows: rows as RowCounter,
      takeCells(row, count) {
        for (row.row = 0; row.row < count; row.row++) rows.take(row);
      },
      mode: "fast",
      problems: problems as Problems,
      selection: resolveSelection(),
      maxLineBytes: 1 << 30,
    });
  } catch (error) {
    if (!(error instanceof DataError)) throw error; // UTF-16 by its first bytes
    found.refused = error.message;
  }
  return found;
}

/** One for each build of the kernels; each scans all files, as it would those of a part. */
const engines = backends.map((build) => {
  useBackend(build);
  return new CsvEngine(fields);
});

function expectSame(chunks: readonly Uint8Array[]): void {
  const wanted = outcome((context) => scanByCsvParse("f", context, Buffer.concat(chunks)));
  for (const engine of engines) {
    const found = outcome((context) => {
      const scanner = new CsvScanner("f", context, engine);
      for (const chunk of chunks) scanner.push(chunk);
      scanner.end();
    });
    // says what differs, where the other is fast
    if (!isDeepStrictEqual(found, wanted)) expect(found).toStrictEqual(wanted);
  }
}

const everyByte = (bytes: Uint8Array) =>
  cutAt(
    bytes,
    Array.from({ length: bytes.length }, (_, at) => at),
  );

/** Rows of three columns, the middle one with each text, at another distance from where vectors begin. */
const file = (texts: readonly string[]) =>
  Buffer.from(`other,user,res\n${texts.map((text, i) => `${"o".repeat(i % 37)},${text},r\n`).join("")}`);

describe("the kernel and csv-parse", () => {
  it(
    `agree on ${cases.toLocaleString("en-US")} files, broken or not, however they are cut`,
    () => {
      fc.assert(
        fc.property(fileBytes, cuts, (bytes, places) => {
          const chunks =
            places === "each byte"
              ? everyByte(bytes)
              : cutAt(
                  bytes,
                  places.map((place) => Math.floor(place * bytes.length)),
                );
          expectSame(chunks);
        }),
        { numRuns: cases },
      );
    },
    60_000 + cases * 20,
  );

  it("agree on all fields of up to four characters that have a meaning, and on how they end the file", () => {
    const letters = ["u", '"', ",", "\r", "\n", "é"];
    const texts = [""];
    for (let at = 0; texts[at].length < 4; at++) for (const letter of letters) texts.push(texts[at] + letter);
    for (const text of texts) expectSame([Buffer.from(`user,res\n${text}`)]);
    expectSame([file(texts)]);
    expectSame(everyByte(file(texts)));
  });

  it("agree on texts of any length, with anything at their end, quoted or not", () => {
    const ends = ["", '""', "é", "😀", ",", "\n", "\r\n", '"', "\t"];
    const texts = Array.from({ length: 70 }, (_, length) => ends.flatMap((end) => ["t".repeat(length) + end]));
    expectSame([file(texts.flat().filter((text) => !/[",\n]/.test(text)))]);
    expectSame([file(texts.flat().map((text) => `"${text}"`))]);
    expectSame(everyByte(file(texts.flat().map((text) => `"${text}"`))));
  });

  it("agree on wide records, whichever columns are asked for", () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.nat(299), { minLength: 1, maxLength: fields.length }),
        fc.array(fc.constantFrom("", "", "", "", "x", '"q"', '"a,b"', 'a"b', "\t", "long enough for a vector"), {
          minLength: 300,
          maxLength: 300,
        }),
        (columns, record) => {
          const header = Array.from({ length: 300 }, (_, column) => {
            const field = columns.indexOf(column);
            return field < 0 ? `c${column}` : fields[field];
          });
          const line = `${record.join(",")}\n`;
          expectSame([Buffer.from(`${header.join(",")}\n${line}${line}`)]);
        },
      ),
    );
  });

  it("agree on more records than there is room for rows, and on records that outgrow the memory", () => {
    expectSame([Buffer.from(`user,res\n${Array.from({ length: 10_000 }, (_, i) => `u${i},"r\n${i}"\n`).join("")}`)]);
    const long = `"${'lines\r\nand ""quotes"" '.repeat(50_000)}`;
    const bytes = Buffer.from(`res,user\nr,u\n${long}",u\nr,${long}"\nr,${long}"x\nr,${long}\n`);
    expectSame([bytes]);
    expectSame(
      cutAt(
        bytes,
        Array.from({ length: 150 }, (_, i) => i * 30_011),
      ),
    );
  });

  it("agree on every byte in a field and after a quote", () => {
    const bytes = Array.from({ length: 256 }, (_, byte) => byte);
    for (const [before, after] of [
      ["", ""],
      ["u", "u"],
      ['"', '"'],
      ['"u', 'u"'],
      ['"u"', "u"],
      ["é", "é"],
    ]) {
      const records = bytes
        .filter((byte) => byte !== 0 || before !== '"u"')
        .flatMap((byte) => [Buffer.from(`o,${before}`), Uint8Array.of(byte), Buffer.from(`${after},r\n`)]);
      expectSame([Buffer.concat([Buffer.from("other,user,res\n"), ...records])]);
    }
  });
});
