/*
 * `byoml-store.json` says that a folder, or what is under a prefix, is a store, and in which format. Stores in folders and in blobs have
 * the same layout, so one can be copied to the other:
 *
 *   byoml-store.json     this
 *   objects/             what is stored, by name
 */
import { ByomlError } from "../base/errors.js";
import { version as byomlVersion } from "../base/version.js";

export const markerName = "byoml-store.json";
export const objectsName = "objects";

/** Raised when the byoml before could not use a store of this one. */
const formatVersion = 1;

export function renderMarker(): string {
  return `${JSON.stringify({ format: "byoml-store", version: formatVersion, byoml: byomlVersion })}\n`;
}

/** @throws ByomlError  usage: it is of a newer byoml, or no marker at all */
export function checkMarker(text: string, store: string): void {
  let marker: { format?: unknown; version?: unknown } | null = null;
  try {
    marker = JSON.parse(text);
  } catch {
    // Said below.
  }
  const { format, version } = marker ?? {};
  if (format !== "byoml-store" || !Number.isSafeInteger(version))
    throw new ByomlError("usage", `${store}: its ${markerName} does not describe a store of byoml`, {
      hint: "Restore it from a copy, or name another place.",
    });
  if ((version as number) > formatVersion)
    throw new ByomlError(
      "usage",
      `${store}: expected a store of version ${formatVersion}, which byoml ${byomlVersion} uses, got version ${version}`,
      { hint: "Update byoml." },
    );
}

/** A place without a marker that is not empty either. */
export function foreignError(store: string, found: string): ByomlError {
  return new ByomlError("usage", `${store}: expected a store, or nothing, got other things such as ${found}`, {
    hint: "Name a place for the state alone; byoml changes nothing that is not its own.",
    details: { store },
  });
}
