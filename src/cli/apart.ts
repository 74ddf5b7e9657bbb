import { realpathSync } from "node:fs";
import { basename, dirname, join, resolve, sep } from "node:path";
import { isBlobAddress, parseBlobAddress } from "../azure/blob-address.js";
import { isHubAddress } from "../azure/hub-address.js";
import { OptionError } from "../base/errors.js";
import { isHidden } from "../ingest/formats.js";

/** A folder, or a prefix of blobs: of which tree, and its names from there. */
interface Place {
  readonly tree: string;
  readonly names: readonly string[];
}

/**
 * Refuses a place below an input: what a cycle writes there, the next one would count.
 *
 * @param flag    that names the place
 * @param suffix  of hosts of blobs, for az://
 * @throws OptionError
 */
export function checkApart(flag: string, place: string, inputs: readonly string[], suffix: string): void {
  for (const input of inputs) {
    if (isHubAddress(input) || !isBelow(placeOf(place, flag, suffix), placeOf(input, "input", suffix))) continue;
    throw new OptionError(
      flag,
      "a place outside of the inputs, as what is written there would be read with them",
      place,
      "Name a folder beside them, or one whose name starts with a dot: hidden ones are not read.",
    );
  }
}

function placeOf(text: string, option: string, suffix: string): Place {
  if (!isBlobAddress(text)) return { tree: "", names: realOf(resolve(text)).split(sep).filter(Boolean) };
  const { endpoint, container, prefix } = parseBlobAddress(text, { option, suffix });
  return { tree: endpoint.toLowerCase(), names: [container, ...prefix.split("/").filter(Boolean)] };
}

/** Without symbolic links, as far as it is there. */
function realOf(path: string): string {
  try {
    return realpathSync.native(path);
  } catch {
    return dirname(path) === path ? path : join(realOf(dirname(path)), basename(path));
  }
}

/** Whether reading an input reads what is at a place. */
function isBelow(place: Place, input: Place): boolean {
  if (place.tree !== input.tree || input.names.some((name, n) => place.names[n] !== name)) return false;
  return !place.names.some((name, n) => n >= input.names.length && isHidden(name, place.names[n - 1] ?? ""));
}
