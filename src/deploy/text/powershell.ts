/** Text as a literal of PowerShell, which takes four typographic quotes for a single quote, too: each is doubled. */
export function powershell(text: string): string {
  return `'${text.replace(/['\u2018-\u201b]/g, "$&$&")}'`;
}
