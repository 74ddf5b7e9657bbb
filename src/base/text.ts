/*
 * Names of users, resources, tenants and files are chosen by attackers. This file makes them inert where a person reads them.
 */

/** C0 and C1 controls, line separators, zero-width and bidirectional marks, byte order mark, lone surrogates. */
const unsafe =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the purpose
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/**
 * Text for a terminal or a log line: control characters, escape sequences and direction marks are shown as `\u{…}` and do nothing.
 *
 * @param maxLength  longer text is cut in the middle, with an ellipsis, so that both ends can be told apart
 */
export function inert(text: string, maxLength = Number.POSITIVE_INFINITY): string {
  const shown = text.replace(unsafe, (char) => `\\u{${char.codePointAt(0)!.toString(16)}}`);
  return shorten(shown, maxLength);
}

/** Cuts text in the middle to at most `maxLength` characters (code points), keeping both ends. */
export function shorten(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text;
  const chars = [...text];
  if (chars.length <= maxLength) return text;
  const head = Math.ceil((maxLength - 1) * 0.6);
  return `${chars.slice(0, head).join("")}…${chars.slice(chars.length - (maxLength - 1 - head)).join("")}`;
}
