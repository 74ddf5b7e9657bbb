import { DataError } from "../base/errors.js";
import type { Store } from "./store.js";

/** An object of the state that is not what was written. */
export function damaged(store: Store, object: string, missing = false): DataError {
  const what = missing ? "is missing" : "is not what was written: its checksum does not fit";
  return new DataError(`${store.name}: ${object} ${what}`, {
    hint: "Bring it back from a backup, or start over with a new --state, which reads everything again.",
    details: { state: store.name, object },
  });
}
