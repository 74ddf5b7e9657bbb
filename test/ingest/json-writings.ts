/*
 * Records for selections, in all the ways in which JSON can write them: every character as itself or as one of its escapes, numbers in
 * odd forms, paths through objects and through texts that hold JSON.
 */
import fc from "fast-check";
import { Random } from "../../src/base/random.js";
import { placeOf } from "../../src/ingest/paths.js";
import type { Condition, NameSource, Selection } from "../../src/ingest/selection.js";
import { resolveSelection } from "../../src/ingest/selection.js";

/** A value to write. */
export type Node =
  | { text: string }
  /** Written as it is. */
  | { bare: string }
  | { members: [name: string, value: Node][] }
  /** A text that holds JSON. */
  | { holding: Node };

const shorts: Readonly<Record<string, string>> = {
  ...{ '"': '\\"', "\\": "\\\\", "/": "\\/" },
  ...{ "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t" },
};

/** @param escapes  of a hundred characters that could be as they are, how many are written as escapes; -1 = all that have a short one */
export function write(node: Node, random: Random, escapes: number): string {
  const gap = () => (random.integer(8) === 0 ? " " : "");
  if ("bare" in node) return node.bare;
  if ("text" in node) return quoted(node.text, random, escapes);
  if ("holding" in node) return quoted(write(node.holding, random, escapes), random, escapes);
  const members = node.members.map(([name, value]) => {
    const key = quoted(name, random, escapes);
    return `${gap()}${key}${gap()}:${gap()}${write(value, random, escapes)}${gap()}`;
  });
  return `{${members.join(",")}}`;
}

function quoted(text: string, random: Random, escapes: number): string {
  const written = text.split("").map((unit) => {
    const must = unit === '"' || unit === "\\" || unit < " " || /[\ud800-\udfff]/.test(unit);
    const short = shorts[unit];
    if (escapes < 0 && short !== undefined) return short;
    if (!must && random.integer(100) >= escapes) return unit;
    if (short !== undefined && random.integer(3) > 0) return short;
    const digits = unit.charCodeAt(0).toString(16).padStart(4, "0").split("");
    return `\\u${digits.map((digit) => (random.integer(2) ? digit : digit.toUpperCase())).join("")}`;
  });
  return `"${written.join("")}"`;
}

const values = [
  ...["5140", "5145", "0", "-0", "51.4", "5.14e3", "9007199254740993", "true", "false", "a1"],
  ...[
    "Ünal",
    "名前",
    "é",
    "x",
    "\\\\*\\HR$",
    'say "hi"',
    "a/b",
    "http://x/y?z",
    "two words",
    "tab\there",
    "u0035",
    "\\u0035",
  ],
  ...["a value that is longer than what a needle may have", "dead", "c", "00"],
];
const fields = [
  ...["EventID", "winlog.event_id", "Properties.k.type", "a.b", "é.type", "T/y", "x"],
  ...["a.é", 'quo"te', "back\\slash", "..", "a."],
];
const names = [
  ...["ShareName", "event_data.ShareName", "res", "r", "Ärger", "x.y/z", "p.q.é", "user", "Account", "a.b"],
  ...["a name that is longer than what a needle may have", "p.a name that is longer than what a needle may have"],
];

const condition: fc.Arbitrary<Condition> = fc.record({
  fields: fc.uniqueArray(fc.constantFrom(...fields), { minLength: 1, maxLength: 3 }),
  values: fc.uniqueArray(fc.constantFrom(...values), { minLength: 1, maxLength: 3 }),
  ifAbsent: fc.constantFrom("leave-out", "need-names"),
});
const sources: fc.Arbitrary<NameSource[]> = fc
  .uniqueArray(fc.constantFrom(...names), { minLength: 1, maxLength: 3 })
  .map((list) => list.map((field) => ({ field })));

/** Selections with conditions; one in four is the default one. */
const selection: fc.Arbitrary<Selection> = fc.oneof(
  { weight: 1, arbitrary: fc.constant(resolveSelection()) },
  {
    weight: 3,
    arbitrary: fc
      .record({ user: sources, resource: sources, where: fc.array(condition, { minLength: 1, maxLength: 2 }) })
      .map((chosen) => ({ ...resolveSelection({ user: "u" }), named: [], ...chosen })),
  },
);

/** A value for a name: as a text, as a number in one of its forms, as a word. */
function nodeOf(value: string, how: number): Node {
  const isNumber = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(value);
  if (isNumber && how % 4 > 0) {
    // of the same size, and another name
    if (how % 13 === 0 && Number.isInteger(Number(value))) return { bare: `${Number(value) / 1000}e3` };
    if (how % 4 === 1 || /[eE]/.test(value)) return { bare: value };
    return { bare: value.includes(".") ? `${value}00` : `${value}.${"0".repeat(1 + (how % 3))}` };
  }
  return /^(?:true|false)$/.test(value) && how % 2 ? { bare: value } : { text: value };
}

/** Puts a value where a field is found: under its whole name, or down its path, some levels of which are texts that hold JSON. */
function place(field: string, node: Node, how: number): [string, Node] {
  const { path } = placeOf(field);
  if (path === null || how % 5 === 0) return [field, node];
  let at = node;
  for (const [depth, name] of [...path.rest].reverse().entries()) {
    const object: Node = { members: [[name, at]] };
    at = (how >> depth) & 1 ? { holding: object } : object;
  }
  return [path.root, at];
}

const how = fc.nat(239);
const noise = fc.tuple(
  fc.constantFrom("z", "EventID", "Sha", "resx", "note"),
  fc.constantFrom<Node>(
    { text: "514" },
    { bare: "51400" },
    { text: "\\u005140" },
    { bare: "null" },
    { text: "" },
    { text: "ShareNam" },
  ),
);

/** A record that the selection may count: values for its conditions and names for both sides, most of the time. */
function recordFor({ where, user, resource }: Selection): fc.Arbitrary<Node> {
  const some = <T>(list: readonly T[]) => fc.constantFrom(...list);
  const conditions = where.map(({ fields, values: wanted }) =>
    fc.option(
      fc
        .tuple(some(fields), fc.oneof({ weight: 6, arbitrary: some(wanted) }, some(values)), how, how)
        .map(([field, value, form, path]) => place(field, nodeOf(value, form), path)),
      { freq: 3 },
    ),
  );
  const sides = [user, resource].map((list) =>
    fc.option(
      fc
        .tuple(some(list), some([...values, "n"]), how, how)
        .map(([{ field }, value, form, path]) => place(field, nodeOf(value, form), path)),
      { freq: 6 },
    ),
  );
  return fc
    .tuple(fc.array(noise, { maxLength: 2 }), fc.tuple(...conditions), fc.tuple(...sides))
    .map(([more, ...found]) => ({ members: [...more, ...found.flat().filter((member) => member !== null)] }));
}

/** A selection and lines of records for it, each with how often its characters are written as escapes. */
export const selected = selection.chain((chosen) =>
  fc.record({
    selection: fc.constant(chosen),
    lines: fc.array(
      fc
        .record({ node: recordFor(chosen), seed: fc.nat(), escapes: fc.constantFrom(0, -1, 3, 30, 100) })
        .map(({ node, seed, escapes }) => write(node, new Random(seed), escapes)),
      { minLength: 1, maxLength: 6 },
    ),
  }),
);
