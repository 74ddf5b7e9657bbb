/*
 * The clouds of Azure: where tokens are asked for, and how the services' hosts end. Endpoints say which cloud they are in, so `--cloud`
 * is needed for short addresses only; what contradicts is refused before a token goes anywhere.
 */
import { ByomlError, OptionError } from "../base/errors.js";
import { inert } from "../base/text.js";

/** The values of `--cloud`. */
export const cloudNames = ["public", "usgovernment", "china"] as const;
export type CloudName = (typeof cloudNames)[number];

export interface Cloud {
  readonly name: CloudName;
  /** Where tokens are asked for, without a slash at the end. */
  readonly authorityHost: string;
  /** What follows `<account>.blob.` in the host of a storage account's blobs. */
  readonly storageSuffix: string;
  /** How hosts of the Logs Ingestion API end. */
  readonly ingestionSuffix: string;
  /** The audience of the Logs Ingestion API; its scope is this and `/.default`. */
  readonly monitorAudience: string;
  /** What follows `<namespace>.` in the host of an Event Hubs namespace. */
  readonly hubSuffix: string;
}

/** Blob Storage and Event Hubs have one audience in all clouds. */
export const storageAudience = "https://storage.azure.com";
export const hubAudience = "https://eventhubs.azure.net";

export const clouds: Readonly<Record<CloudName, Cloud>> = {
  public: {
    name: "public",
    authorityHost: "https://login.microsoftonline.com",
    storageSuffix: "core.windows.net",
    ingestionSuffix: "ingest.monitor.azure.com",
    monitorAudience: "https://monitor.azure.com",
    hubSuffix: "servicebus.windows.net",
  },
  usgovernment: {
    name: "usgovernment",
    authorityHost: "https://login.microsoftonline.us",
    storageSuffix: "core.usgovcloudapi.net",
    ingestionSuffix: "ingest.monitor.azure.us",
    monitorAudience: "https://monitor.azure.us",
    hubSuffix: "servicebus.usgovcloudapi.net",
  },
  china: {
    name: "china",
    authorityHost: "https://login.chinacloudapi.cn",
    storageSuffix: "core.chinacloudapi.cn",
    ingestionSuffix: "ingest.monitor.azure.cn",
    monitorAudience: "https://monitor.azure.cn",
    hubSuffix: "servicebus.chinacloudapi.cn",
  },
};

/** Other names of the authorities. */
const authorities = new Map<string, CloudName>([
  ...cloudNames.map((name) => [new URL(clouds[name].authorityHost).host, name] as const),
  ["login.microsoft.com", "public"],
  ["login.windows.net", "public"],
  ["login.partner.microsoftonline.cn", "china"],
]);

/** Accounts whose host names a zone end otherwise: `<account>.z01.blob.storage.azure.net`. */
const zonedBlobs = "blob.storage.azure.net";

/** Which cloud a host is in; undefined for hosts that are of none, such as loopback ones. */
export function cloudOfHost(host: string): CloudName | undefined {
  const name = host.toLowerCase().replace(/:\d+$/, "");
  if (name.endsWith(`.${zonedBlobs}`)) return "public";
  return cloudNames.find((cloud) => {
    const { storageSuffix, ingestionSuffix, hubSuffix } = clouds[cloud];
    return [`blob.${storageSuffix}`, ingestionSuffix, hubSuffix].some((suffix) => name.endsWith(`.${suffix}`));
  });
}

export interface CloudOptions {
  /** `--cloud`. */
  cloud?: string | undefined;
  env: Readonly<Record<string, string | undefined>>;
  /** Hosts or addresses of what will be talked to; what is no address or of no cloud says nothing. */
  endpoints?: readonly string[];
}

/**
 * The cloud of a command line: what `--cloud`, AZURE_AUTHORITY_HOST and the endpoints agree on; public where none of them says.
 *
 * An authority that is of no known cloud (a private one) is taken as it is.
 *
 * @throws OptionError  where `--cloud` is none, or contradicts AZURE_AUTHORITY_HOST or an endpoint, or endpoints contradict each other
 * @throws ByomlError  of kind "usage", where AZURE_AUTHORITY_HOST is no https address
 */
export function cloudOf({ cloud, env, endpoints = [] }: CloudOptions): Cloud {
  if (cloud !== undefined && !isCloud(cloud)) throw new OptionError("cloud", `one of ${cloudNames.join(", ")}`, cloud);
  const authority = authorityOf(env["AZURE_AUTHORITY_HOST"]);
  const says: [string, CloudName][] = [];
  if (cloud !== undefined) says.push([`--cloud ${cloud}`, cloud]);
  if (authority?.cloud) says.push([`AZURE_AUTHORITY_HOST ${authority.host}`, authority.cloud]);
  for (const endpoint of endpoints) {
    const host = hostOf(endpoint);
    const of = host === undefined ? undefined : cloudOfHost(host);
    if (host !== undefined && of) says.push([host, of]);
  }
  const [first, ...others] = says;
  for (const [who, what] of others)
    if (first && what !== first[1])
      throw new OptionError(
        "cloud",
        `expected one cloud, got ${first[1]} by ${inert(first[0], 100)} and ${what} by ${inert(who, 100)}`,
        undefined,
        "One run works in one cloud: check the addresses, --cloud and AZURE_AUTHORITY_HOST.",
      );
  const chosen = clouds[first?.[1] ?? "public"];
  return authority === undefined || authority.cloud ? chosen : { ...chosen, authorityHost: authority.origin };
}

function isCloud(text: string): text is CloudName {
  return (cloudNames as readonly string[]).includes(text);
}

function authorityOf(text: string | undefined): { host: string; origin: string; cloud?: CloudName } | undefined {
  if (!text) return undefined;
  let url: URL;
  try {
    url = new URL(text.includes("://") ? text : `https://${text}`);
  } catch {
    throw wrongAuthority();
  }
  if (url.protocol !== "https:" || url.username || url.password || url.search || url.pathname !== "/")
    throw wrongAuthority();
  return { host: url.host, origin: url.origin, cloud: authorities.get(url.host) };
}

function wrongAuthority(): ByomlError {
  return new ByomlError("usage", "AZURE_AUTHORITY_HOST: expected an address such as https://login.microsoftonline.us", {
    hint: "Unset it for the public cloud, or name the cloud with --cloud.",
  });
}

/** The host of an address or a host; undefined where it is neither. */
function hostOf(text: string): string | undefined {
  try {
    return new URL(text.includes("://") ? text : `https://${text}`).host || undefined;
  } catch {
    return undefined;
  }
}
