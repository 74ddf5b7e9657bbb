import { ByomlError } from "../base/errors.js";

/** A flag that a command cannot do without; checked here because the environment or the settings file may give it. */
export function required(value: string | undefined, flag: string, example: string): string {
  if (value !== undefined && value !== "") return value;
  throw new ByomlError("usage", `${flag}: expected a value, got nothing`, { hint: `For example: ${example}` });
}
