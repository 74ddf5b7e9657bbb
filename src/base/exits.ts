import type { ErrorKind } from "./errors.js";

/** Exit codes, the same for every command. */
export const exitCodes: Readonly<Record<ErrorKind, number>> = {
  internal: 1,
  usage: 2,
  data: 3,
  auth: 4,
  remote: 5,
  partial: 6,
  interrupted: 130,
};
