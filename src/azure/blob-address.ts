/*
 * Where blobs are, as people write it:
 *
 *   https://ACCOUNT.blob.core.windows.net/CONTAINER/PREFIX    as Azure shows it, percent-encoded
 *   az://ACCOUNT/CONTAINER/PREFIX                             short; the prefix as it is
 *   az://ACCOUNT/SecurityEvent                                the container of a table's data export: am-securityevent
 *   http://127.0.0.1:PORT/devstoreaccount1/CONTAINER/PREFIX   Azurite; http only on loopback
 *
 * A secret in a URL would end in histories and lists of processes: signatures are refused, and no message repeats what follows a `?`.
 */
import { OptionError } from "../base/errors.js";
import { wrongScheme } from "./schemes.js";

export interface BlobAddress {
  /** The URL of the account's blob service, without a slash at its end. */
  readonly endpoint: string;
  readonly account: string;
  readonly container: string;
  /** The name of a blob, or of a folder of blobs; empty for all of the container. Not encoded. */
  readonly prefix: string;
}

export interface AddressOptions {
  /** How errors call the option that the address was given with. */
  option?: string;
  /** What follows `ACCOUNT.blob.` for az://, such as core.usgovcloudapi.net for Azure Government. */
  suffix?: string;
}

const schemes = new Set(["az", "https", "http"]);
const publicCloud = "core.windows.net";
/** Of Azure's clouds, and of accounts with a DNS zone of their own. */
const suffixes = [publicCloud, "core.usgovcloudapi.net", "core.chinacloudapi.cn", "storage.azure.net"];
const loopback = new Set(["127.0.0.1", "localhost", "[::1]"]);
const expected = "https://ACCOUNT.blob.core.windows.net/CONTAINER/PREFIX or az://ACCOUNT/CONTAINER/PREFIX";

/** Whether a text is meant as an address rather than as a path: whatever starts as a URL is. One that is of no blobs is told by parsing it. */
export function isBlobAddress(text: string): boolean {
  return /^[a-z][a-z0-9+.-]+:\/\//i.test(text);
}

/** @throws OptionError */
export function parseBlobAddress(text: string, { option = "input", suffix }: AddressOptions = {}): BlobAddress {
  const scheme = text.slice(0, text.indexOf("://")).toLowerCase();
  if (!schemes.has(scheme)) throw wrongScheme(option, scheme, expected);
  refuseSecrets(text, option);
  const address = scheme === "az" ? parseShort(text, option, suffix) : parseUrl(text, option, scheme, suffix);
  if (address.prefix.split("/").some((part) => part === "." || part === ".."))
    throw new OptionError(option, "expected a name without . and .. as its parts");
  return address;
}

function refuseSecrets(text: string, option: string): void {
  if (/^[^/]*:\/\/[^/?#]*@/.test(text))
    throw new OptionError(option, "expected an address without a user or password", undefined, signIn);
  if (!/[?#]/.test(text)) return;
  const signed = /[?&](sig|sv|se)=/i.test(text);
  const what = signed ? "a signature (SAS)" : "? or #";
  const hint = signed ? signIn : "In the name of a blob write them as %3F and %23, in an https:// address.";
  throw new OptionError(option, `expected an address without ${what}`, undefined, hint);
}

const signIn =
  "Give it in the environment: AZURE_STORAGE_SAS_TOKEN with --auth sas, or AZURE_STORAGE_CONNECTION_STRING with --auth connection-string.";

function parseShort(text: string, option: string, suffix = publicCloud): BlobAddress {
  const [account, name = "", ...rest] = text.slice("az://".length).split("/");
  const lower = name.toLowerCase();
  const container = lower === name || lower.startsWith("am-") ? lower : `am-${lower}`;
  return checked({ endpoint: `https://${account}.blob.${suffix}`, account, container, prefix: rest.join("/") }, option);
}

function parseUrl(text: string, option: string, scheme: string, suffix: string | undefined): BlobAddress {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined) throw new OptionError(option, expected, text);
  const parts = decoded(url.pathname, text, option);
  if (loopback.has(url.hostname)) {
    const [account = "", container = "", ...rest] = parts;
    return checked({ endpoint: `${url.origin}/${account}`, account, container, prefix: rest.join("/") }, option);
  }
  if (scheme === "http")
    throw new OptionError(option, "https://…, since http:// is for this machine alone", text, `Write ${expected}.`);
  const [account] = url.hostname.split(".", 1);
  const known = suffix === undefined ? suffixes : [...suffixes, suffix];
  if (!/^[^.]+\..*\bblob\./.test(url.hostname) || !known.some((end) => url.hostname.endsWith(`.${end}`)))
    throw new OptionError(option, expected, text, hostHint(url.hostname) ?? `Known clouds are ${known.join(", ")}.`);
  const [container = "", ...rest] = parts;
  const address = { endpoint: url.origin, account, container: container.toLowerCase(), prefix: rest.join("/") };
  return checked(address, option);
}

/** What to do about the host of another service of Azure. */
function hostHint(host: string): string | undefined {
  if (/\.dfs\./.test(host)) return "Name the account's blob endpoint: .blob. instead of .dfs. in the host.";
  if (/\.servicebus\./.test(host)) return "Name an event hub, an input of run and watch, as eventhub://NAMESPACE/HUB.";
  return undefined;
}

/** The parts of a path, not encoded. An encoded slash in a part belongs to a blob's name as any other does. */
function decoded(path: string, text: string, option: string): string[] {
  try {
    return path.slice(1).split("/").map(decodeURIComponent);
  } catch {
    throw new OptionError(option, "an address in which % is written as %25", text);
  }
}

function checked(address: BlobAddress, option: string): BlobAddress {
  const { account, container } = address;
  if (!/^[a-z0-9-]{3,63}$/.test(account))
    throw new OptionError(option, "the name of a storage account (3 to 24 lower-case letters and digits)", account);
  if (!/^(\$[a-z]+|(?!-)(?!.*--)[a-z0-9-]{3,63}(?<!-))$/.test(container))
    throw new OptionError(
      option,
      "a container (3 to 63 lower-case letters, digits and hyphens) after the account",
      container,
      "The container of a table's data export is called am-TABLE, such as am-securityevent.",
    );
  return address;
}
