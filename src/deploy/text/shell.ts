/** Text as one word of a POSIX shell. */
export function shell(text: string): string {
  if (text.includes("\0")) throw new TypeError("no word of a shell holds a null character");
  return /^[A-Za-z0-9_/.,:=@%+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
