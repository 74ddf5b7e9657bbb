/* What the blob service refuses, with what to do about it. */
import { ByomlError } from "../base/errors.js";
import { ReplacedError } from "../base/replaced.js";
import { inert } from "../base/text.js";
import { azureError } from "./errors.js";

/** What is done: both decide which role is asked for. */
export type Access = "read" | "write";

/** The code of the service, such as BlobNotFound, or of the network. */
export function codeOf(error: unknown): string | undefined {
  const { code, details } = error as { code?: unknown; details?: { errorCode?: unknown } };
  const found = code ?? details?.errorCode;
  return typeof found === "string" ? found : undefined;
}

export function statusOf(error: unknown): number | undefined {
  const { statusCode } = error as { statusCode?: unknown };
  return typeof statusCode === "number" ? statusCode : undefined;
}

/**
 * An error of the blob service as one that a person can act on.
 *
 * @param doing  such as "listing https://acme.blob.core.windows.net/am-securityevent"
 */
export function blobError(error: unknown, doing: string, access: Access = "read"): Error {
  const told = azureError(error, inert(doing, 300));
  // A text of Node's HTTP client or of the service, not of ours: no more than its class is told.
  if (!(told instanceof ByomlError) || told === error) return told;
  const code = codeOf(error);
  const hint = namedHint(code, access) ?? told.hint ?? hintOf(statusOf(error), access);
  if (hint === told.hint || told instanceof ReplacedError) return told;
  const kind = code === "BlobArchived" ? "data" : told.kind;
  return new ByomlError(kind, told.message, { hint, details: told.details });
}

function namedHint(code: string | undefined, access: Access): string | undefined {
  if (code === "ContainerNotFound")
    return access === "write"
      ? "Create the container first."
      : "Check the name. The container of a table's data export is am-TABLE in lower case, and is made with the first rows that are exported: see az monitor log-analytics workspace data-export list.";
  if (code === "BlobArchived")
    return "It is in the archive tier: rehydrate it, or leave it out, with other inputs or --since.";
  if (code === "BlobBeingRehydrated") return "It comes back from the archive tier, which takes hours: run again then.";
  if (code === "InvalidBlobType")
    return "There is a blob of another kind, such as those of data exports: name another one.";
  return undefined;
}

function hintOf(status: number | undefined, access: Access): string | undefined {
  if (status === 403 || status === 401) {
    const role = access === "write" ? "Storage Blob Data Contributor" : "Storage Blob Data Reader";
    return `It needs the role ${role} on the storage account or container; a new grant takes up to ten minutes. A firewall of the account may refuse this machine as well.`;
  }
  if (status === 404) return "Check the names of the account, the container and the blob.";
  if (status === undefined || status >= 500 || status === 429)
    return "Run again; check the network and the account's name.";
  return undefined;
}
