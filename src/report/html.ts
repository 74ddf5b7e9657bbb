/*
 * HTML that is safe by construction: `html` escapes whatever is put into it, unless it was made by `html` itself.
 * Names come from attackers; there is no other way in this folder to turn a string into markup but `trusted`.
 */
import { inert, shorten } from "../base/text.js";
import { plainName } from "./format.js";

/** A piece of HTML that may be written as it is. */
export class Markup {
  constructor(readonly text: string) {}
}

export type Part = Markup | string | number | null | readonly Part[];

/** A template of HTML; put values only between tags or into attributes in double quotes. */
export function html(pieces: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  return new Markup(pieces.reduce((out, piece, i) => out + shown(parts[i - 1]!) + piece));
}

/** Text of our own that is already HTML, CSS or script. */
export const trusted = (text: string): Markup => new Markup(text);

function shown(part: Part): string {
  if (part === null) return "";
  if (part instanceof Markup) return part.text;
  if (typeof part === "string") return escapeHtml(inert(part));
  return typeof part === "number" ? String(part) : part.map(shown).join("");
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Text for an element or an attribute in quotes. */
export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (char) => entities[char]!);

/**
 * JSON for a `<script type="application/json">`: nothing in it can end the element or a line of a script, and no direction
 * mark reorders it for who reads the source.
 */
export function embeddedJson(data: unknown): string {
  return JSON.stringify(data).replace(
    /[<>&\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** Longest name that a table shows in one piece. */
export const MAX_NAME = 52;
/** Longest tooltip: a longer name can be unfolded. */
const MAX_TITLE = 600;

/** A name in a table: isolated in its direction, hidden characters visible, a long one cut but to be unfolded and copied. */
export function name(text: string): Markup {
  const whole = inert(text);
  const short = shorten(whole, MAX_NAME);
  if (short === whole) return inlineName(text);
  return html`<details class="name long"><summary title="${shorten(whole, MAX_TITLE)}"><bdi>${short}</bdi></summary><bdi class="whole">${marked(text, whole)}</bdi></details>`;
}

/** A name within a sentence: cut, with a tooltip. */
export function inlineName(text: string, maxLength = MAX_NAME): Markup {
  if (text.trim() === "") return html`<i class="blank">${plainName(text)}</i>`;
  const whole = inert(text);
  const short = shorten(whole, maxLength);
  if (short === whole) return html`<bdi class="name">${marked(text, whole)}</bdi>`;
  return html`<bdi class="name" title="${shorten(whole, MAX_TITLE)}">${short}</bdi>`;
}

/** Sets the escapes apart from the name, so that nobody takes `\u{202e}` for a part of it. */
function marked(text: string, whole: string): Part {
  if (text === whole) return whole;
  return whole
    .split(/(\\u\{[0-9a-f]{1,6}\})/)
    .map((piece, i) => (i % 2 === 0 ? piece : html`<span class="hidden" title="a hidden character">${piece}</span>`));
}
