import { sha256 } from "./checksum.js";

/**
 * JSON with its own SHA-256 as the last member, so that a change anywhere in it is noticed. Who parses such a text takes `sha256` off
 * and seals the rest again: the text is whole when that gives the same. It protects against accidents; whoever means harm can compute
 * checksums too.
 */
export function seal(body: Record<string, unknown>): string {
  const text = (content: Record<string, unknown>) => `${JSON.stringify(content, null, 2)}\n`;
  return text({ ...body, sha256: sha256(text(body)) });
}
