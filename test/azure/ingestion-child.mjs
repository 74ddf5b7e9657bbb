/*
 * The stand-in for the Logs Ingestion API as a process of its own, for tests and soaks that end the process that sends:
 *
 *   node test/azure/ingestion-child.mjs FOLDER [SCRIPT]
 *
 * FOLDER/ca.pem is its certificate; FOLDER/rows.jsonl gets a line for each row, before the reply. SCRIPT is a JSON array of steps. Its
 * first line on standard output is {"url", "ca", "rows"}; it ends when its standard input does.
 */
import { closeSync, fsyncSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const [folder, script = "[]"] = process.argv.slice(2);
const work = mkdtempSync(join(tmpdir(), "byoml-ingestion-"));
const outfile = join(work, "ingestion.cjs");
const entryPoints = [fileURLToPath(new URL("./ingestion.ts", import.meta.url))];
await build({ entryPoints, outfile, bundle: true, platform: "node", format: "cjs", target: "node20" });
const { startIngestion } = createRequire(import.meta.url)(outfile);
rmSync(work, { recursive: true });

const ca = join(folder, "ca.pem");
const rows = join(folder, "rows.jsonl");
const file = openSync(rows, "a");
const ingestion = await startIngestion({
  script: JSON.parse(script),
  onStored: (stored) => {
    writeSync(file, stored.map((row) => `${JSON.stringify(row)}\n`).join(""));
    fsyncSync(file);
  },
});
writeFileSync(ca, ingestion.ca);
process.stdout.write(`${JSON.stringify({ url: ingestion.url, ca, rows })}\n`);

process.stdin.resume().once("end", async () => {
  await ingestion.close();
  closeSync(file);
});
