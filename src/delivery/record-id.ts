import { createHash } from "node:crypto";

/**
 * What a record is known by: the same access on the same day has the same id, whatever run, model or machine made the row. A row that
 * arrives twice (a reply was lost, a process was killed) is found by it: one row each is enough.
 *
 * The first 128 bits of the SHA-256 of a label and the four parts, each as its length in UTF-16 units, a colon and its text, all in
 * UTF-16LE: no other parts give the same text, lone surrogates are told apart. It has the shape of a UUID of version 8 (RFC 9562).
 *
 * @param day  days since 1970-01-01 UTC; null where the event had no time
 */
export function recordIdOf(tenant: string, actor: string, resource: string, day: number | null): string {
  const parts = ["byoml record 1", tenant, actor, resource, day === null ? "" : String(day)];
  const text = parts.map((part) => `${part.length}:${part}`).join("");
  const bytes = createHash("sha256").update(text, "utf16le").digest().subarray(0, 16);
  bytes[6] = (bytes[6] & 0x0f) | 0x80;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  return bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
