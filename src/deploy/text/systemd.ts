/*
 * Texts in unit files: https://www.freedesktop.org/software/systemd/man/systemd.syntax.html
 */

/** A word of ExecStart=: quoted, with specifiers (%) and variables ($) switched off. */
export function systemdWord(text: string): string {
  const plain = text.replace(/[%$]/g, "$&$&");
  return /^[A-Za-z0-9_/.,:=@%+$-]+$/.test(plain) ? plain : `"${cStyle(plain)}"`;
}

/** A line `NAME="value"` of an EnvironmentFile=, in which neither specifiers nor variables are expanded. */
export function systemdVariable(name: string, value: string): string {
  if (/[\0\n\r]/.test(value)) throw new TypeError(`${name}: a variable of one line was expected`);
  return `${name}="${value.replace(/["\\`$]/g, "\\$&")}"`;
}

function cStyle(text: string): string {
  return text.replace(
    // biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the purpose
    /["\\]|[\u0000-\u001f\u007f]/g,
    (found) =>
      found === '"' || found === "\\" ? `\\${found}` : `\\x${found.charCodeAt(0).toString(16).padStart(2, "0")}`,
  );
}
