/** Words as the exec form of ENTRYPOINT and CMD: JSON on one line, in which nothing is expanded. */
export function dockerWords(words: readonly string[]): string {
  return `[${words.map((word) => JSON.stringify(word)).join(", ")}]`;
}
