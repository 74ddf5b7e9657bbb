/*
 * A reader of Bicep, as far as the templates go: declarations, objects, arrays, texts of one line and of several, and expressions.
 */

/** Code that is not data: `workspace.id`, `guid(…)`, a text with `${…}` in it. */
export class Code {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

export interface Declaration {
  keyword: string;
  symbol: string;
  /** Of a resource: type@apiVersion; else the type. */
  type: string;
  existing: boolean;
  description: unknown;
  value: unknown;
}

/** The declarations of a file. @throws where anything is not closed or not known */
export function parseBicep(text: string): Declaration[] {
  const reader = new Reader(text);
  const found: Declaration[] = [];
  let description: unknown;
  while (!reader.ended()) {
    if (reader.take("@description(")) {
      description = reader.value();
      reader.expect(")");
      continue;
    }
    const keyword = reader.word();
    const symbol = reader.word();
    const type = keyword === "resource" ? String(reader.value()) : keyword === "metadata" ? "" : reader.word();
    const existing = reader.take("existing");
    const value = reader.take("=") ? reader.value() : undefined;
    found.push({ keyword, symbol, type, existing, description, value });
    description = undefined;
  }
  return found;
}

export function parseBicepValue(text: string): unknown {
  const reader = new Reader(text);
  const value = reader.value();
  if (!reader.ended()) throw new Error(`more than a value: ${text}`);
  return value;
}

const escapes: Readonly<Record<string, string>> = { "\\": "\\", "'": "'", n: "\n", r: "\r", t: "\t", $: "$" };

class Reader {
  readonly #text: string;
  #at = 0;
  constructor(text: string) {
    this.#text = text;
  }

  ended(): boolean {
    this.#skip();
    return this.#at === this.#text.length;
  }

  take(word: string): boolean {
    this.#skip();
    const found = this.#text.startsWith(word, this.#at);
    if (found) this.#at += word.length;
    return found;
  }

  expect(word: string): void {
    if (!this.take(word)) throw new Error(`expected ${word} at: ${this.#text.slice(this.#at, this.#at + 60)}`);
  }

  word(): string {
    return this.#match(/[A-Za-z_]\w*/y);
  }

  value(): unknown {
    this.#skip();
    const next = this.#text[this.#at];
    if (next === "{") return this.#object();
    if (next === "[") return this.#array();
    if (this.#text.startsWith("'''", this.#at)) return this.#lines();
    if (next === "'") return this.#string();
    const rest = this.#match(/true\b|false\b|null\b|-?\d+\b|[A-Za-z_]\w*/y);
    if (!/^[A-Za-z_]/.test(rest) || ["true", "false", "null"].includes(rest)) return JSON.parse(rest);
    let code = rest;
    for (;;) {
      if (this.#text[this.#at] === ".") code += this.#match(/\.[A-Za-z_]\w*/y);
      else if (this.#text[this.#at] === "(") code += this.#arguments();
      else return new Code(code);
    }
  }

  #arguments(): string {
    this.expect("(");
    const all: string[] = [];
    while (!this.take(")")) {
      const value = this.value();
      all.push(value instanceof Code ? value.text : JSON.stringify(value));
      this.take(",");
    }
    return `(${all.join(", ")})`;
  }

  #object(): object {
    this.expect("{");
    const entries: [string, unknown][] = [];
    while (!this.take("}")) {
      this.#skip();
      const key = this.#text[this.#at] === "'" ? this.#string() : this.word();
      this.expect(":");
      entries.push([key instanceof Code ? `[${key.text}]` : String(key), this.value()]);
    }
    return Object.fromEntries(entries);
  }

  #array(): unknown[] {
    this.expect("[");
    const items: unknown[] = [];
    while (!this.take("]")) items.push(this.value());
    return items;
  }

  #lines(): string {
    const end = this.#text.indexOf("'''", this.#at + 3);
    if (end < 0) throw new Error("a text of several lines is not closed");
    const inner = this.#text.slice(this.#at + 3, end);
    this.#at = end + 3;
    return inner.replace(/^\r?\n/, "");
  }

  #string(): string | Code {
    const start = this.#at++;
    let text = "";
    let code = false;
    for (;;) {
      const next = this.#text[this.#at++];
      if (next === undefined || next === "\n" || next === "\r")
        throw new Error(`a text is not closed: ${this.#text.slice(start, start + 60)}`);
      if (next === "'") return code ? new Code(this.#text.slice(start, this.#at)) : text;
      if (next === "\\") {
        const unicode = /u\{([0-9a-f]+)\}/y;
        unicode.lastIndex = this.#at;
        const [all, hex] = unicode.exec(this.#text) ?? [];
        if (all) text += String.fromCodePoint(Number.parseInt(hex, 16));
        else if (this.#text[this.#at] in escapes) text += escapes[this.#text[this.#at]];
        else throw new Error(`an escape that Bicep does not know: \\${this.#text[this.#at]}`);
        this.#at += all?.length ?? 1;
      } else if (next === "$" && this.#text[this.#at] === "{") {
        code = true;
        this.#at++;
        this.value();
        this.expect("}");
      } else text += next;
    }
  }

  #match(pattern: RegExp): string {
    this.#skip();
    pattern.lastIndex = this.#at;
    const [found] = pattern.exec(this.#text) ?? [];
    if (found === undefined) throw new Error(`not known: ${JSON.stringify(this.#text.slice(this.#at, this.#at + 60))}`);
    this.#at += found.length;
    return found;
  }

  #skip(): void {
    while (/\s/.test(this.#text[this.#at] ?? "")) this.#at++;
  }
}
