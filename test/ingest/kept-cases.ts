import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { NeedleSet } from "../../src/wasm/needle-image.js";

/** Bytes of a file of JSON lines, how they are cut into chunks, and how long a line may be. */
export interface ScanCase {
  bytes: Uint8Array;
  cuts: readonly number[];
  longest: number;
  /** What is searched for; without it every line is read. */
  needles?: NeedleSet;
}

/** Where cases are kept that once went wrong. */
export const keptFolder = fileURLToPath(new URL("../fixtures/json-lines", import.meta.url));

/** Writes a case, unless it is kept already: its name goes by its content. Returns the file's path. */
export function keep({ bytes, cuts, longest, needles }: ScanCase, found: string, folder = keptFolder): string {
  const content = { bytes: Buffer.from(bytes).toString("base64"), cuts, longest, needles };
  const name = createHash("sha256").update(JSON.stringify(content)).digest("hex").slice(0, 12);
  const path = join(folder, `${name}.json`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    path,
    `${JSON.stringify({ found, text: Buffer.from(bytes).toString("latin1"), ...content }, null, 2)}\n`,
  );
  return path;
}

/** All cases that are kept, by the names of their files. */
export function keptCases(folder = keptFolder): [name: string, kept: ScanCase][] {
  const names = readdirSync(folder).filter((name) => name.endsWith(".json"));
  return names.sort().map((name) => {
    const { bytes, cuts, longest, needles } = JSON.parse(readFileSync(join(folder, name), "utf8"));
    return [name, { bytes: Buffer.from(bytes, "base64"), cuts, longest, needles }];
  });
}
