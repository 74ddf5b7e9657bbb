/*
 * Files of CSV, in all the ways that the grammar and its abuse have, and what can go wrong with their bytes.
 */
import fc from "fast-check";

/** Names that headers have; some are fields that are asked for, some paths into others. */
export const fields: readonly string[] = [
  "user",
  "res",
  "Properties.upn",
  "a.b",
  "Properties",
  "constructor",
  "ü",
  "gone",
];

const names = [...fields.slice(0, -1), "a", "other", "", " user", "x".repeat(40), 'q"q', "c,c", "l\nl", "records"];

const text = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.constantFrom("", "", "u", "CONTOSO\\ann", "1", "\t", " ", "fifteen letters", "sixteen letters!"),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      "é",
      "߿",
      "ࠀ",
      "名",
      "\ud7ff",
      "\ue000",
      "\ufeff",
      "😀",
      "\u{10ffff}",
      "\x7f",
      "\x0b",
      "\x00",
    ),
  },
  { weight: 2, arbitrary: fc.constantFrom('{"upn":"a"}', '{"b":{"c":1}}', '{"upn":"é', "[1,2]") },
  {
    weight: 1,
    arbitrary: fc.string({ unit: fc.constantFrom("l", "e", "é", ",", '"', "\r", "\n", "\r\n"), maxLength: 80 }),
  },
);
const content = fc.array(text, { maxLength: 3 }).map((parts) => parts.join(""));

const quoted = (of: string) => `"${of.replaceAll('"', '""')}"`;
const plain = (of: string) => of.replace(/[",\r\n]/g, "");

const field = fc.oneof(
  { weight: 6, arbitrary: content.map(plain) },
  { weight: 4, arbitrary: content.map(quoted) },
  // stray quotes: after text, before text, around it, in spaces, doubled
  {
    weight: 2,
    arbitrary: fc
      .tuple(content.map(plain), content, content.map(plain), fc.constantFrom("", '"', '""', '"x"'))
      .map(([before, inner, after, more]) => before + quoted(inner) + after + more),
  },
  { weight: 1, arbitrary: fc.constantFrom('"', '""', '"""', '""""', ' "a"', 'a"b', '"a"b', '"a""b"c"', '"a" ', '""a') },
);

const lineEnd = fc.oneof(
  { weight: 5, arbitrary: fc.constant("\n") },
  { weight: 3, arbitrary: fc.constant("\r\n") },
  { weight: 1, arbitrary: fc.constantFrom("\r", "\n\n", "\r\n\r\n", "\n\r", "\r\r\n", "\n \n") },
);

const csv = fc
  .integer({ min: 1, max: 40 })
  .chain((width) => {
    const many = (of: fc.Arbitrary<string>, least = width, most = width) =>
      fc.array(of, { minLength: least, maxLength: most }).map((all) => all.join(","));
    const name = fc.constantFrom(...names).map((of) => (/[",\n]/.test(of) ? quoted(of) : of));
    const record = fc.oneof(
      { weight: 12, arbitrary: many(field) },
      { weight: 2, arbitrary: fc.constant(",".repeat(width - 1)) },
      { weight: 1, arbitrary: many(field, Math.max(1, width - 1), width + 1) },
      { weight: 1, arbitrary: fc.constantFrom("", " ", "x", '""', "\t") },
    );
    const lines = fc.array(fc.tuple(record, lineEnd), { maxLength: 12 });
    const header = fc.oneof({ weight: 10, arbitrary: many(name) }, { weight: 1, arbitrary: many(field) });
    return fc.tuple(
      fc.constantFrom("", "", "", "\ufeff", "\n", "\r\n\r"),
      header,
      lineEnd,
      lines,
      fc.constantFrom("", "", "u,", '"u', "u\r", '"u"', '"u""'),
    );
  })
  .map(([before, header, end, lines, rest]) => Buffer.from(before + header + end + lines.flat().join("") + rest));

const bad = fc.constantFrom(
  ...[
    [0xff],
    [0xc3],
    [0xa9],
    [0xc0, 0x80],
    [0xe0, 0x80, 0x80],
    [0xed, 0xa0, 0x80],
    [0xf0, 0x9f, 0x98],
    [0xf4, 0x90, 0x80, 0x80],
  ],
  ...[...'",\r\n\t'].map((letter) => [letter.charCodeAt(0)]),
);

type Edit = { at: number; drop: number; put: number[] };
const edit: fc.Arbitrary<Edit> = fc.record({
  at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  drop: fc.nat(2),
  put: fc.oneof(fc.constant<number[]>([]), bad, fc.array(fc.nat(255), { maxLength: 3 })),
});

function apply(bytes: Buffer, { at, drop, put }: Edit): Buffer {
  const place = Math.floor(at * bytes.length);
  return Buffer.concat([bytes.subarray(0, place), Buffer.from(put), bytes.subarray(place + drop)]);
}

/** csv-parse takes a NUL after a quoted field for its end, which is not looked for here. */
function noNulAfterQuote(bytes: Buffer): Buffer {
  for (let at = 1; at < bytes.length; at++) if (bytes[at] === 0 && bytes[at - 1] === 0x22) bytes[at] = 0x7a;
  return bytes;
}

/** The bytes of a file, in half of the cases damaged. */
export const fileBytes: fc.Arbitrary<Buffer> = fc
  .tuple(csv, fc.oneof(fc.constant<Edit[]>([]), fc.array(edit, { minLength: 1, maxLength: 4 })))
  .map(([bytes, edits]) => noNulAfterQuote(edits.reduce(apply, bytes)));

/** Where a file is cut into chunks: places from 0 to 1, or after each byte. */
export const cuts = fc.oneof(
  { weight: 3, arbitrary: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 12 }) },
  { weight: 1, arbitrary: fc.constant("each byte" as const) },
);
