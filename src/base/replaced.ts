import { ByomlError } from "./errors.js";
import { inert } from "./text.js";

/** Something was overwritten or deleted between its listing and its reading. Reading again from a new listing helps. */
export class ReplacedError extends ByomlError {
  override readonly name = "ReplacedError";

  constructor(name: string, how: string, cause?: unknown) {
    super("remote", `${inert(name, 300)} ${how} since it was listed`, {
      hint: "Run again: it will be listed anew.",
      details: { name },
      cause,
    });
  }
}
