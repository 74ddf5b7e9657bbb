import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import type { Format } from "../../src/ingest/formats.js";
import { type ReadOptions, readAccesses } from "../../src/ingest/read.js";
import { resolveSelection, type SelectionOptions } from "../../src/ingest/selection.js";
import type { ByteSource, InputPlan } from "../../src/ingest/sources.js";
import { type AccessTable, NO_DAY } from "../../src/interactions/accesses.js";

/** A folder for one test file, removed after it. */
export function scratchFolder(): { folder: string; write: (name: string, content: string | Uint8Array) => string } {
  const folder = mkdtempSync(join(tmpdir(), "byoml-ingest-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return {
    folder,
    write(name, content) {
      const path = join(folder, name);
      writeFileSync(path, content);
      return path;
    },
  };
}

/** Bytes in memory as a source, in the given chunks. */
export function memorySource(chunks: readonly Uint8Array[], format: Format = "json", name = "memory"): ByteSource {
  const size = chunks.reduce((sum, { length }) => sum + length, 0);
  return {
    name,
    size,
    format,
    gzip: false,
    async *open() {
      yield* chunks;
    },
  };
}

export function planOf(...sources: ByteSource[]): InputPlan {
  return { sources, files: sources.length, bytes: 0, ignored: 0 };
}

/** Reads text (or bytes) as one source. */
export function readText(
  text: string | Uint8Array,
  selection: SelectionOptions = {},
  options: ReadOptions & { as?: Format } = {},
) {
  const bytes = typeof text === "string" ? Buffer.from(text) : text;
  return readAccesses(planOf(memorySource([bytes], options.as)), resolveSelection(selection), options);
}

/** Cuts bytes at the given places. */
export function cutAt(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const cuts = [0, ...[...places].sort((a, b) => a - b), bytes.length];
  return cuts.slice(1).map((end, i) => bytes.slice(cuts[i], end));
}

/** A table as rows of names, for comparison. */
export function rowsOf(table: AccessTable): (string | number | null)[][] {
  return Array.from({ length: table.length }, (_, i) => [
    table.tenants.names[table.tenant[i]],
    table.users.names[table.user[i]],
    table.resources.names[table.resource[i]],
    table.day[i] === NO_DAY ? null : table.day[i],
    table.weight[i],
  ]);
}

/** The error that a promise rejects with. */
export async function errorOf(promise: Promise<unknown>): Promise<Error & { hint?: string; details?: unknown }> {
  try {
    await promise;
  } catch (error) {
    return error as Error;
  }
  throw new Error("expected an error, got none");
}

export const event = (more: Record<string, unknown> = {}) => ({
  EventID: 5140,
  Account: "CONTOSO\\ann",
  ShareName: "\\\\*\\HR$",
  TimeGenerated: "2026-01-02T03:04:05.1234567Z",
  TenantId: "t1",
  ...more,
});

export const line = (more: Record<string, unknown> = {}) => `${JSON.stringify(event(more))}\n`;

/** 2026-01-02. */
export const eventDay = 20_455;

export const jsonLines = (...rows: readonly Record<string, unknown>[]) =>
  rows.map((row) => `${JSON.stringify(row)}\n`).join("");
