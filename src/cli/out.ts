import { isBlobAddress, parseBlobAddress } from "../azure/blob-address.js";
import { fileTarget } from "../sinks/file.js";
import { checkTarget, formatOf, type ResultFormat, type ResultTarget } from "../sinks/target.js";
import type { Context } from "./context.js";
import type { ReadPlan } from "./engine.js";
import { filesOf } from "./reading.js";

/** The format of a result by its name. An address is looked at first: a message must not repeat a signature in it. */
export function formatOfOut(out: string, flag = "--out"): ResultFormat {
  if (isBlobAddress(out)) parseBlobAddress(out, { option: flag });
  return formatOf(out);
}

/**
 * Where a result goes, checked before any work is done: a file, or a blob.
 *
 * @param flag  how errors call it
 * @throws OptionError, ByomlError  when nothing can be written there, or it is an input
 */
export async function targetOf(
  { engine, io, azure }: Context,
  out: string,
  plan: ReadPlan,
  flag = "--out",
): Promise<ResultTarget> {
  if (!isBlobAddress(out)) return fileTarget(await checkTarget(out, filesOf(plan)));
  const inputs = plan.sources.map(({ name }) => name);
  return engine.blobTarget(out, { flag, inputs, ...azure, env: io.env, signal: io.signal });
}
