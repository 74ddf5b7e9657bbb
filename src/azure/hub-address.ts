/*
 * Which event hub is meant, as it is written on a command line.
 *
 *   eventhub://mynamespace/SecurityEvent                          the hub that a workspace exports this table to
 *   eventhub://mynamespace/am-securityevent?consumerGroup=byoml   the hub by its own name, read as a consumer group of our own
 *   sb://mynamespace.servicebus.chinacloudapi.cn/am-securityevent the full host name, of any cloud
 *
 * It never holds a secret: keys come from AZURE_EVENTHUB_CONNECTION_STRING.
 */
import { ByomlError, OptionError } from "../base/errors.js";
import { inert } from "../base/text.js";
import type { Env } from "./auth-kinds.js";

export interface HubAddress {
  /** The full host name of the namespace, in lower case; with a port where one is named. */
  readonly host: string;
  readonly hub: string;
  readonly consumerGroup: string;
}

/** The variable that may hold a connection string with a shared access key. */
export const connectionStringName = "AZURE_EVENTHUB_CONNECTION_STRING";

const publicSuffix = "servicebus.windows.net";
const form =
  "eventhub://NAMESPACE/HUB or eventhub://NAMESPACE/TABLE, with ?consumerGroup=NAME where it is not $Default";

export function isHubAddress(text: string): boolean {
  return /^(eventhub|sb):\/\//i.test(text);
}

/**
 * @param suffix  of the cloud: what follows a namespace that is named without its domain
 * @throws OptionError  when it is no address of a hub; it repeats nothing that could hold a secret
 */
export function parseHubAddress(text: string, { suffix = publicSuffix }: { suffix?: string } = {}): HubAddress {
  const parts = /^(?:eventhub|sb):\/\/([^/?#@]+)\/([^/?#@]+)\/?(?:\?([^#]*))?$/i.exec(text);
  if (parts === null) throw wrong(form, text);
  const [, host, name, query = ""] = parts;
  if (!/^[a-z0-9][a-z0-9.-]*(?::\d{1,5})?$/i.test(host))
    throw wrong("the namespace's host name, with letters, digits, - and .", text);
  if (!/^[a-z0-9][\w.-]{0,255}$/i.test(name)) throw wrong("a hub or table, with letters, digits, -, _ and .", text);
  return {
    host: (/[.:]|^localhost$/i.test(host) ? host : `${host}.${suffix}`).toLowerCase(),
    hub: hubOf(name),
    consumerGroup: groupOf(query, text),
  };
}

/** What a hub is called: its names are the same in upper and lower case. The usual consumer group goes without saying. */
export function hubName({ host, hub, consumerGroup }: HubAddress): string {
  const group = consumerGroup.toLowerCase();
  return `eventhub://${host}/${hub.toLowerCase()}${group === "$default" ? "" : `?consumerGroup=${group}`}`;
}

/** What a partition is remembered by, as a consumer group reads it. */
export function partitionName({ host, hub, consumerGroup }: HubAddress, partition: string): string {
  return `eventhub://${host}/${hub.toLowerCase()}/${partition}/${consumerGroup.toLowerCase()}`;
}

/** The partition of such a name. */
export function partitionOf(name: string): string {
  return name.split("/").at(-2)!;
}

/**
 * The connection string of the environment, once it is known to fit the address.
 *
 * @returns undefined where there is none
 * @throws ByomlError  of kind "usage", when it is incomplete or of another hub; it repeats nothing of it but names
 */
export function connectionStringFor(address: HubAddress, env: Env): string | undefined {
  const text = env[connectionStringName]?.trim();
  if (text === undefined || text === "") return undefined;
  const fields = new Map<string, string>();
  for (const field of text.split(";")) {
    const at = field.indexOf("=");
    if (at > 0) fields.set(field.slice(0, at).trim().toLowerCase(), field.slice(at + 1).trim());
  }
  const host = /^sb:\/\/([^/?#@]+)\/?$/i.exec(fields.get("endpoint") ?? "")?.[1];
  if (host === undefined) throw unfit("has no Endpoint=sb://…");
  const keyed = Boolean(fields.get("sharedaccesskeyname") && fields.get("sharedaccesskey"));
  if (keyed === Boolean(fields.get("sharedaccesssignature")))
    throw unfit("needs SharedAccessKeyName and SharedAccessKey, or a SharedAccessSignature");
  if (host.toLowerCase() !== address.host) throw unfit(`is of ${inert(host, 200)}, the address of ${address.host}`);
  const entity = fields.get("entitypath");
  if (entity !== undefined && entity.toLowerCase() !== address.hub.toLowerCase())
    throw unfit(`is of the hub ${inert(entity, 200)}, the address of ${address.hub}`);
  return text;
}

/** Tables are written as Log Analytics has them; their hubs are am- and the table in lower case. */
function hubOf(name: string): string {
  return /^[A-Z]\w*$/.test(name) ? `am-${name.toLowerCase()}` : name;
}

function groupOf(query: string, text: string): string {
  const parameters = new URLSearchParams(query);
  for (const key of parameters.keys())
    if (key !== "consumerGroup")
      throw wrong(`no parameter but consumerGroup; keys belong into ${connectionStringName}`, text);
  const group = parameters.get("consumerGroup") ?? "$Default";
  if (!/^(?:\$default|[a-z0-9][\w.-]{0,49})$/i.test(group)) throw wrong("a consumer group's name", text);
  return group;
}

/** What stands before a query and behind a user's name holds no secret. */
function wrong(expected: string, text: string): OptionError {
  const shown = inert(text.replace(/[?#].*$/s, "?…").replace(/\/\/[^/]*@/, "//…@"), 200);
  return new OptionError("event hub", `expected ${expected}, got ${shown}`);
}

function unfit(how: string): ByomlError {
  return new ByomlError("usage", `${connectionStringName} ${how}`, {
    hint: "Copy the connection string of the hub or of its namespace again, or unset it to use a credential.",
  });
}
