/* Files that are there whole or not at all, as results are; see base/file.ts. */
export { replaceFile } from "../base/file.js";
