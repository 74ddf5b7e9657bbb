import { readFileSync } from "node:fs";

/** The version of this byoml, as package.json has it: shown, and written into every model. */
export const version: string = readVersion();

function readVersion(): string {
  const file = new URL("../../package.json", import.meta.url);
  return (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version;
}
