/* What the doctor's flags name, as checks of Azure. */
import { constants, existsSync } from "node:fs";
import { access } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { OptionError } from "../base/errors.js";
import { defaultStream } from "../delivery/columns.js";
import type { Check } from "./checks.js";
import type { Context } from "./context.js";
import type { AzureFlags } from "./options/azure.js";

export interface AzureDoctorFlags extends AzureFlags {
  state?: string;
  endpoint?: string;
  ruleId?: string;
  stream?: string;
}

/**
 * @param addresses  containers and event hubs
 * @param writes     whether a state store may be tried by writing to it
 * @throws OptionError  for what is no address, endpoint, id or stream
 */
export async function checkAzure(
  { io }: Context,
  addresses: readonly string[],
  flags: AzureDoctorFlags,
  writes: boolean,
): Promise<Check[]> {
  const [{ azureChecks }, { authOf }, { isBlobAddress, parseBlobAddress }, { checkTarget }, hub] = await Promise.all([
    import("../azure/checks.js"),
    import("../azure/clients.js"),
    import("../azure/blob-address.js"),
    import("../azure/ingestion-target.js"),
    import("../azure/hub-address.js"),
  ]);
  const given = ruleOf(flags);
  const rule = given && checkTarget(given);
  const { env, signal } = io;
  const endpoints = [...addresses, ...(flags.state ? [flags.state] : []), ...(rule ? [rule.endpoint] : [])];
  const auth = authOf({ auth: flags.auth, cloud: flags.cloud, env, endpoints });
  const suffix = auth.cloud.storageSuffix;
  const named = addresses.filter(hub.isHubAddress);
  const hubs = named.map((address) => hub.parseHubAddress(address, { suffix: auth.cloud.hubSuffix }));
  const paths = addresses.filter((address) => !named.includes(address) && !isBlobAddress(address));
  if (paths[0] !== undefined)
    throw new OptionError("address", "an address such as az://acme/SecurityEvent; files need no check", paths[0]);
  const sources = addresses
    .filter((address) => !named.includes(address))
    .map((address) => parseBlobAddress(address, { option: "address", suffix }));
  const remote = flags.state !== undefined && isBlobAddress(flags.state);
  const state = remote ? parseBlobAddress(flags.state as string, { option: "state", suffix }) : undefined;
  const list: Check[] = await azureChecks({ auth, sources, state, rule, hubs, writes, signal });
  if (flags.state !== undefined && !remote) list.push(await folderCheck(flags.state));
  return list;
}

/** The flags of a rule belong together; its stream has the default that `run` has. */
function ruleOf({ endpoint, ruleId, stream }: AzureDoctorFlags) {
  if (!endpoint && !ruleId && !stream) return undefined;
  if (!endpoint) throw new OptionError("endpoint", "expected a value beside --rule-id and --stream");
  if (!ruleId) throw new OptionError("rule-id", "expected a value beside --endpoint and --stream");
  return { endpoint, ruleId, stream: stream ?? defaultStream };
}

/** A folder for the state has to be writable, or the nearest one above it that is there. */
async function folderCheck(path: string): Promise<Check> {
  let folder = resolve(path);
  while (!existsSync(folder)) folder = dirname(folder);
  try {
    await access(folder, constants.W_OK);
    return { name: "state store", state: "ok", found: "a folder of this machine, writable" };
  } catch {
    return { name: "state store", state: "failed", found: "the folder cannot be written", hint: "Name another place." };
  }
}
