/** Text as code within a paragraph. */
export function code(text: string): string {
  const line = text.replace(/[\r\n\t\u2028\u2029]+/g, " ");
  const longest = Math.max(0, ...(line.match(/`+/g) ?? []).map((run) => run.length));
  const fence = "`".repeat(longest + 1);
  const space = longest > 0 || line.trim() !== line || line === "" ? " " : "";
  return `${fence}${space}${line}${space}${fence}`;
}

/** Text as code within a cell of a table. */
export function cell(text: string): string {
  return code(text).replaceAll("|", "\\|");
}

/** Commands as a block of code, whose fence is longer than any in it. */
export function block(...lines: readonly string[]): string {
  const longest = Math.max(
    2,
    ...lines
      .join("\n")
      .split(/[^`]+/)
      .map((run) => run.length),
  );
  const fence = "`".repeat(longest + 1);
  return `${fence}sh\n${lines.join("\n")}\n${fence}`;
}
