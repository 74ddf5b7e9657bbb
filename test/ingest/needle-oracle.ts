import type { NeedleSet } from "../../src/wasm/needle-image.js";

/** Whether a line holds a needle, said plainly. */
export function isHit({ texts, escaped }: NeedleSet, line: Uint8Array): boolean {
  const text = Buffer.from(line).toString("latin1");
  if (texts.some((needle) => text.includes(needle))) return true;
  return [...text.matchAll(/\\u(?=([0-9a-fA-F]{4}))/g)].some(([, digits]) => {
    const code = Number.parseInt(digits, 16);
    return code < 128 && escaped.includes(String.fromCharCode(code));
  });
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Whether all texts of a line are JSON's, and what is between them is ASCII that can stand there. */
export function hasGoodTexts(line: Uint8Array): boolean {
  let text: string;
  try {
    text = utf8.decode(line);
  } catch {
    return false;
  }
  const outside = /[\t\r\x20\x21\x23-\x5b\x5d-\x7f]*/y;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what may not stand in a text
  const inside = /[^"\\\x00-\x1f]*/y;
  const escaped = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
  let at = 0;
  const take = (pattern: RegExp) => {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (found) at += found[0].length;
    return found !== null;
  };
  while (true) {
    take(outside);
    if (at === text.length) return true;
    if (text[at] !== '"') return false;
    at++;
    do take(inside);
    while (take(escaped));
    if (text[at] !== '"') return false;
    at++;
  }
}
