/*
 * Valid JSON parsed a second time, for what JSON.parse does not tell: how numbers are written, and which keys stand twice.
 */

/** A number as it is written. */
export class Literal {
  readonly source: string;

  constructor(source: string) {
    this.source = source;
  }
}

/** An object; the last of equal keys has the value. */
export class Members extends Map<string, unknown> {
  readonly twice = new Set<string>();
}

/** @param json  what JSON.parse takes; containers not nested too deep for recursion */
export function parseLiterals(json: string): unknown {
  let at = 0;
  const skip = () => {
    while (" \t\r\n".includes(json[at] ?? "x")) at++;
  };
  const take = (letter: string) => {
    skip();
    if (json[at] !== letter) return false;
    at++;
    return true;
  };
  const string = (): string => {
    skip();
    const start = at++;
    while (json[at] !== '"') at += json[at] === "\\" ? 2 : 1;
    at++;
    return JSON.parse(json.slice(start, at));
  };
  const value = (): unknown => {
    skip();
    if (json[at] === '"') return string();
    if (take("[")) {
      const items: unknown[] = [];
      if (take("]")) return items;
      do items.push(value());
      while (take(","));
      take("]");
      return items;
    }
    if (take("{")) {
      const members = new Members();
      if (take("}")) return members;
      do {
        const key = string();
        take(":");
        if (members.has(key)) members.twice.add(key);
        members.set(key, value());
      } while (take(","));
      take("}");
      return members;
    }
    const start = at;
    while (/[\w+.-]/.test(json[at] ?? "")) at++;
    const word = json.slice(start, at);
    return /[0-9]/.test(word) ? new Literal(word) : JSON.parse(word);
  };
  return value();
}

/** The text of a number: as written, less the zeros at the end of a fraction, and a point with nothing after it; whole with an exponent. */
export function textOfNumber({ source }: Literal): string {
  const [, whole, fraction = "", exponent = ""] = /^(-?\d+)(?:\.(\d+))?([eE].*)?$/.exec(source) ?? [];
  if (exponent !== "") return source;
  const kept = fraction.split("").reduceRight((rest, digit) => (rest === "" && digit === "0" ? "" : digit + rest), "");
  return kept === "" ? whole : `${whole}.${kept}`;
}
