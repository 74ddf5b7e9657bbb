import { type FileHandle, open } from "node:fs/promises";
import { sha256 } from "../base/checksum.js";
import { DataError } from "../base/errors.js";
import { inert } from "../base/text.js";
import { type BlockEntry, type OutboxIndex, sealInBytes } from "./outbox.js";

/** An outbox that is whole. */
export interface Outbox {
  /** Known by its content. */
  readonly id: string;
  readonly total: number;
  readonly blocks: readonly BlockEntry[];
  /** The bytes of a block. @throws DataError  when they are others than those that were written */
  read(block: number): Promise<Buffer>;
  close(): Promise<void>;
}

/**
 * Opens an outbox and reads it through once, a block at a time.
 *
 * @throws DataError  when it is torn, altered or no outbox: nothing of it may be sent then
 */
export async function openOutbox(path: string): Promise<Outbox> {
  const file = await open(path, "r");
  try {
    const { id, blocks } = await indexOf(file, path);
    const outbox: Outbox = {
      id,
      total: blocks.reduce((sum, { rows }) => sum + rows, 0),
      blocks,
      async read(block) {
        const { at, bytes, sha256: expected } = blocks[block];
        const content = await bytesOf(file, at, bytes);
        if (content.length !== bytes || sha256(content) !== expected)
          throw refusal(path, `block ${block} (byte ${at}) is not what was written`);
        return content;
      },
      close: () => file.close(),
    };
    for (const block of blocks.keys()) await outbox.read(block);
    return outbox;
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** The rows of a block as JSON, each as it was written. */
export function rowsOf(outbox: Outbox, block: number, content: Buffer): string[] {
  const text = content.toString("utf8");
  if (outbox.blocks[block].kind === "refused") return text.split("\n");
  return (JSON.parse(text) as unknown[]).map((row) => JSON.stringify(row));
}

async function indexOf(file: FileHandle, path: string): Promise<{ id: string; blocks: readonly BlockEntry[] }> {
  const { size } = await file.stat();
  const seal = size < sealInBytes ? "" : (await bytesOf(file, size - sealInBytes, sealInBytes)).toString("latin1");
  const [, at, expected] = /^byoml-outbox 1 (\d{16}) ([0-9a-f]{64})\n$/.exec(seal) ?? [];
  if (at === undefined || expected === undefined) throw refusal(path, "its seal is missing");
  const from = Number(at);
  const length = size - sealInBytes - from;
  const index = length > 0 ? await bytesOf(file, from, length) : Buffer.alloc(0);
  if (sha256(index) !== expected) throw refusal(path, "its index is not what was written");
  const { blocks } = JSON.parse(index.toString("utf8")) as OutboxIndex;
  return { id: expected.slice(0, 32), blocks };
}

async function bytesOf(file: FileHandle, at: number, bytes: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(bytes), 0, bytes, at);
  return buffer.subarray(0, bytesRead);
}

function refusal(path: string, how: string): DataError {
  return new DataError(`${inert(path, 300)} is no whole outbox: ${how}`, {
    hint: "It was cut or altered after it was written: restore it, or remove it to have its rows made again.",
    details: { path },
  });
}
