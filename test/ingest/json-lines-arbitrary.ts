/*
 * Lines of JSON that look like records, in all the ways that the grammar has, and what can go wrong with their bytes.
 */
import fc from "fast-check";
import { fields } from "./json-differential.js";

const space = fc.constantFrom("", "", "", "", " ", "\t", "\r", "  \t");

const character = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.constantFrom(
      "x",
      " ",
      "/",
      "{",
      "}",
      "[",
      "]",
      ",",
      ":",
      "'",
      "0",
      "fifteen letters",
      "sixteen letters!",
    ),
  },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      '\\"',
      "\\\\",
      "\\/",
      "\\b",
      "\\f",
      "\\n",
      "\\r",
      "\\t",
      "\\u0041",
      "\\u00e9",
      "\\uFFFF",
    ),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      "é",
      "߿",
      "ࠀ",
      "名",
      "\ud7ff",
      "\uefff",
      "\ue000",
      "\ufeff",
      "\uffff",
      "😀",
      "\u{10ffff}",
      "\x7f",
    ),
  },
  { weight: 2, arbitrary: fc.constantFrom("\\ud83d\\ude00", "\\ud800", "\\udc00", "\\uD83D", "\\u0000", "\\u001f") },
  { weight: 1, arbitrary: fc.nat(40).map((length) => "y".repeat(length)) },
);
const text = fc.array(character, { maxLength: 12 }).map((parts) => `"${parts.join("")}"`);

/** A name of a field, or of a part of one, as it may be written. */
const names = [...new Set([...fields, ...fields.flatMap((field) => field.split(".")), "b", "c", "x", "é"])];
const escapeUnit = (unit: string) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
const key = fc.oneof(
  // often the same, so that keys stand twice and paths lead somewhere
  { weight: 5, arbitrary: fc.constantFrom('"a"', '"a"', '"b"', '"c"') },
  {
    weight: 5,
    arbitrary: fc.tuple(fc.constantFrom(...names), fc.nat(3), fc.nat()).map(([name, how, at]) => {
      if (how > 0) return JSON.stringify(name);
      const units = name.split("");
      return `"${units.map((unit, i) => (i === at % units.length || !/[\w ]/.test(unit) ? escapeUnit(unit) : unit)).join("")}"`;
    }),
  },
  { weight: 1, arbitrary: text },
);

const number = fc.oneof(
  fc.constantFrom(
    "0",
    "-0",
    "1",
    "5140",
    "-1",
    "0.5",
    "1e5",
    "1E+5",
    "1e-5",
    "1e400",
    "-1e400",
    "1.5e300",
    "123456789",
  ),
  fc.constantFrom(
    "1234567890",
    "9007199254740993",
    "12345678901234567890",
    "0.1e1",
    "5e-324",
    "-0.0",
    "100000000000000000000000",
  ),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => JSON.stringify(value)),
);
const wrong = fc.constantFrom(
  "01",
  "1.",
  ".5",
  "+1",
  "-",
  "1e",
  "1e+",
  "0x1",
  "NaN",
  "nul",
  "True",
  "truefalse",
  "'a'",
  "",
  "\\",
  '"',
);

/** The object's own text as a text: what some exports have in dynamic columns. */
const quoted = (value: string) => JSON.stringify(value);

const { object, array } = fc.letrec<{ value: string; object: string; array: string }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    text,
    number,
    fc.constantFrom("true", "false", "null"),
    tie("object"),
    tie("array"),
    tie("object").map(quoted),
  ),
  object: fc
    .array(fc.tuple(space, key, space, space, tie("value"), space), { maxLength: 7 })
    .map((members) => `{${members.map(([a, name, b, c, value, d]) => `${a}${name}${b}:${c}${value}${d}`).join(",")}}`),
  array: fc
    .array(fc.tuple(space, tie("value"), space), { maxLength: 4 })
    .map((values) => `[${values.map((parts) => parts.join("")).join(",")}]`),
}));

const record = fc.oneof(
  { weight: 8, arbitrary: object },
  { weight: 1, arbitrary: fc.oneof(array, text, number, wrong) },
);
const envelope = fc
  .tuple(fc.array(record, { maxLength: 5 }), fc.constantFrom('"records"', '"\\u0072ecords"'), space, fc.nat(9))
  .map(([records, name, gap, more]) => {
    const list = `[${gap}${records.join(`${gap},`)}${gap}]`;
    if (more === 0) return `{${name}:${list},"a":1}`;
    if (more === 1) return `{${name}:1,"records":${list}}`;
    if (more === 2) return `{${name}:${list},"records":{"x":1}}`;
    return `{${gap}${name}:${gap}${list}}`;
  });

const line = fc
  .tuple(
    space,
    fc.oneof(
      { weight: 10, arbitrary: object },
      { weight: 4, arbitrary: envelope },
      { weight: 1, arbitrary: fc.oneof(record, wrong, fc.constant("")) },
      { weight: 1, arbitrary: wrong.map((value) => `{"a":${value}}`) },
    ),
    space,
  )
  .map((parts) => parts.join(""));

/** Lines, most of them valid, the last one not always ended. */
const lines = fc
  .tuple(fc.array(line, { minLength: 1, maxLength: 4 }), fc.boolean(), fc.constantFrom("\n", "\n", "\r\n"))
  .map(([all, ended, end]) => Buffer.from(all.join(end) + (ended ? end : "")));

const byte = fc.oneof(
  fc.constantFrom(
    ...Buffer.from('"\\{}[],:0-.eEu\n\r\t tfn'),
    0,
    0x1f,
    0x7f,
    0x80,
    0xbf,
    0xc0,
    0xc2,
    0xe0,
    0xed,
    0xef,
    0xf0,
    0xf4,
    0xf5,
    0xff,
  ),
  fc.nat(255),
);

/** Replaces, inserts, removes or repeats bytes. */
const change = fc.record({ at: fc.nat(), byte, span: fc.nat(20), how: fc.nat(3) });

function changed(bytes: Buffer, changes: readonly { at: number; byte: number; span: number; how: number }[]): Buffer {
  let result = bytes;
  for (const { at, byte: value, span, how } of changes) {
    const place = at % (result.length + 1);
    const [before, after] = [result.subarray(0, place), result.subarray(place)];
    if (how === 0) result = Buffer.concat([before, Uint8Array.of(value), after.subarray(1)]);
    else if (how === 1) result = Buffer.concat([before, Uint8Array.of(value), after]);
    else if (how === 2) result = Buffer.concat([before, after.subarray(span)]);
    else result = Buffer.concat([before, after.subarray(0, span), after]);
  }
  return result;
}

/** Bytes of a file: half of them with changes. */
export const fileBytes = fc
  .tuple(lines, fc.boolean(), fc.array(change, { minLength: 1, maxLength: 3 }))
  .map(([bytes, broken, changes]) => (broken ? changed(bytes, changes) : bytes));

/** Places to cut a file at, as fractions of it. */
export const cuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 5 });
