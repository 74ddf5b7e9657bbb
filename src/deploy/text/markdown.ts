/** Text in a paragraph of Markdown that is shown as it is: on one line, with everything that could mean something escaped. */
export function markdown(text: string): string {
  return text.replace(/[\r\n\t\u2028\u2029]+/g, " ").replace(/[!-/:-@[-`{-~]/g, "\\$&");
}

/** Text as code within a paragraph. */
export function code(text: string): string {
  const line = text.replace(/[\r\n\t\u2028\u2029]+/g, " ");
  const longest = Math.max(0, ...(line.match(/`+/g) ?? []).map((run) => run.length));
  const fence = "`".repeat(longest + 1);
  const space = longest > 0 || line.trim() !== line || line === "" ? " " : "";
  return `${fence}${space}${line}${space}${fence}`;
}
