/*
 * What lines are searched for, as the kernels read it; `assembly/needles.ts` has the layout.
 */

/** A line is hit if it holds one of the texts, or a backslash, `u`, and the four hexadecimal digits of one of the characters. */
export interface NeedleSet {
  /** ASCII without control characters, 2 to 32 bytes each; one or more. */
  readonly texts: readonly string[];
  /** ASCII. */
  readonly escaped: string;
}

const WORD = 4;
const TABLES = 16;
const SET = 80;
const STARTS = 96;
const BUCKETS = 8;
const ENTRY = 16;
const ENTRIES = STARTS + WORD * 12;

/** What stands most often in exports of events, by frequency; all other bytes are rarer. */
const common = "eatr\\oscn0-d:1i,m24386buD5/7fpl9SNI g<>y.vTAPE=jhLwxk_COUR";

interface Entry {
  readonly text: string;
  /** Where its pair of bytes is in it. */
  anchor: number;
  readonly isPattern: boolean;
}

/** @param address  where the image will lie: a multiple of sixteen */
export function encodeNeedles({ texts, escaped }: NeedleSet, address: number): Uint8Array {
  const entries: Entry[] = texts.map((text) => ({ text, anchor: 0, isPattern: false }));
  if (escaped !== "") entries.push({ text: "\\u00", anchor: 0, isPattern: true });
  const pairs = anchor(entries);
  const buckets = Array.from({ length: BUCKETS }, (_, bucket) =>
    entries.filter(({ text, anchor }) => pairs.indexOf(text.slice(anchor, anchor + 2)) % BUCKETS === bucket),
  );
  const textsAt = ENTRIES + ENTRY * entries.length;
  const image = new Uint8Array(textsAt + entries.reduce((sum, { text }) => sum + text.length + 8, 0));
  const words = new DataView(image.buffer);
  const put = (at: number, value: number) => words.setUint32(at, value, true);

  put(0, Math.min(pairs.length, 3));
  for (const [i, pair] of pairs.entries()) {
    const bytes = [pair.charCodeAt(0), pair.charCodeAt(1)];
    if (i < 2) put(WORD * (1 + i), bytes[0] | (bytes[1] << 8));
    for (const [which, byte] of bytes.entries()) {
      image[TABLES + 32 * which + (byte & 15)] |= 1 << (i % BUCKETS);
      image[TABLES + 32 * which + 16 + (byte >> 4)] |= 1 << (i % BUCKETS);
    }
  }
  for (const character of escaped) image[SET + (character.charCodeAt(0) >> 3)] |= 1 << (character.charCodeAt(0) & 7);
  let entryAt = ENTRIES;
  let textAt = textsAt;
  for (const [bucket, list] of buckets.entries()) {
    put(STARTS + WORD * bucket, address + entryAt);
    for (const { text, anchor, isPattern } of list) {
      image.set(Buffer.from(text, "latin1"), textAt);
      for (const [i, value] of [address + textAt, text.length, anchor, Number(isPattern)].entries())
        put(entryAt + WORD * i, value);
      entryAt += ENTRY;
      textAt += text.length + 8;
    }
  }
  put(STARTS + WORD * BUCKETS, address + entryAt);
  return image;
}

/** Gives each needle its rarest pair of neighbours, or one that another has already; returns the pairs. */
function anchor(entries: readonly Entry[]): string[] {
  const pairs: string[] = [];
  for (const entry of entries) {
    const places = Array.from({ length: entry.text.length - 1 }, (_, at) => at);
    const pairAt = (at: number) => entry.text.slice(at, at + 2);
    const shared = entry.isPattern ? undefined : places.find((at) => pairs.includes(pairAt(at)));
    // in escapes it is `u0`: neither backslashes nor zeros are rare
    const rarest = entry.isPattern ? 1 : places.toSorted((a, b) => rarity(pairAt(b)) - rarity(pairAt(a)))[0];
    entry.anchor = shared ?? rarest;
    if (shared === undefined && !pairs.includes(pairAt(rarest))) pairs.push(pairAt(rarest));
  }
  return pairs;
}

/** As if the bytes had nothing to do with each other; but few texts begin with a given letter. */
function rarity(pair: string): number {
  const [first, second] = pair;
  return Math.log(rank(first)) + Math.log(rank(second === '"' ? "r" : second));
}

function rank(byte: string): number {
  const at = common.indexOf(byte);
  return at < 0 ? common.length + 1 : at + 1;
}
