/*
 * Numbers of JSON as names: the text that they are written as.
 */

/** A number that a JavaScript number would write in another way, or not keep: `9007199254740993`, `5.14e3`, `-0`. */
export class Decimal {
  /** As a name. */
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  /** As a weight or a time; infinite where it is too large. */
  get value(): number {
    return Number(this.text);
  }
}

/**
 * What a number of JSON stands for: the text that it is written as, less the zeros that end its fraction, and its point where nothing
 * follows it: `5140.00` is 5140. With an exponent it is the text as it stands. So the text is always a start of what is written, and
 * can be searched for.
 *
 * @param literal  valid JSON
 * @returns a JavaScript number where that has the same text
 */
export function decimalOf(literal: string): number | Decimal {
  const text = textOfLiteral(literal);
  const value = Number(text);
  return String(value) === text ? value : new Decimal(text);
}

function textOfLiteral(literal: string): string {
  if (!literal.includes(".") || /[eE]/.test(literal)) return literal;
  let end = literal.length;
  while (literal[end - 1] === "0") end--;
  if (literal[end - 1] === ".") end--;
  return literal.slice(0, end);
}
