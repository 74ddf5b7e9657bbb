import { WorkFolder } from "../store/work-folder.js";

export type { WorkFolder } from "../store/work-folder.js";

/**
 * A folder for runs of this process; it also goes when the process ends by itself, and the next one removes what a killed one left.
 *
 * @param parent  the system's folder for temporary files by default; it must be there
 */
export function spillFolder(parent?: string): WorkFolder {
  return new WorkFolder(parent);
}
