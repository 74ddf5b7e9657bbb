/* What the codes of Blob Storage, the Logs Ingestion API and Event Hubs mean for a user: which class of remedy, and which one. */
import type { ErrorKind } from "../base/errors.js";
import type { ErrorContext, Facts } from "./errors.js";
import { networkCodes, networkHint } from "./network-codes.js";

export interface Remedy {
  kind: ErrorKind;
  hint: string;
}

/** Roles that byoml needs, as Azure names them. */
export const roles = {
  read: "Storage Blob Data Reader",
  write: "Storage Blob Data Contributor",
  send: "Monitoring Metrics Publisher",
  receive: "Azure Event Hubs Data Receiver",
} as const;

const retry = "It may pass: run again; nothing that was done is lost.";
const clock = "Check this machine's clock: requests that are more than 15 minutes off are refused.";

/** Codes with a remedy of their own, whatever the status. */
const byCode: Readonly<Record<string, Remedy>> = {
  // Blob Storage, who may
  AuthorizationFailure: {
    kind: "auth",
    hint: "The account's network rules do not let this machine in, or a key or signature does not allow it: check the account's networking (firewall, private endpoints), then the credential.",
  },
  AuthenticationFailed: {
    kind: "auth",
    hint: `The key, signature or token is wrong or has expired: renew it. ${clock}`,
  },
  InvalidAuthenticationInfo: {
    kind: "auth",
    hint: "The token is not for this account's tenant or cloud: check AZURE_TENANT_ID (az: `az login --tenant`) and --cloud.",
  },
  NoAuthenticationInformation: { kind: "auth", hint: "No credential was sent: choose one with --auth." },
  KeyBasedAuthenticationNotPermitted: {
    kind: "auth",
    hint: "The account does not accept keys: use an identity (--auth default, managed, workload, cli or environment).",
  },
  AuthorizationProtocolMismatch: { kind: "auth", hint: "The signature allows https only: use an https address." },
  AuthorizationSourceIPMismatch: { kind: "auth", hint: "The signature allows other addresses than this machine's." },
  AuthorizationResourceTypeMismatch: { kind: "auth", hint: "The signature has to be for containers and blobs." },
  AuthorizationServiceMismatch: { kind: "auth", hint: "The signature has to be for the blob service." },
  AuthorizationPermissionMismatch: { kind: "auth", hint: "" }, // the role is said
  InsufficientAccountPermissions: { kind: "auth", hint: "" },
  AccountIsDisabled: { kind: "auth", hint: "The storage account is disabled: see it in the portal." },
  PublicAccessNotPermitted: { kind: "auth", hint: "The account wants a credential: choose one with --auth." },
  // Blob Storage, what is there
  ContainerNotFound: {
    kind: "usage",
    hint: "Check the name. A data export makes the container am-<table> with the first rows, up to half an hour after it was set up.",
  },
  ResourceNotFound: { kind: "usage", hint: "Check account and container; without a role they may be hidden." },
  BlobNotFound: { kind: "usage", hint: "The blob is gone: check the name, or list anew." },
  ContainerBeingDeleted: { kind: "remote", hint: "The container is being deleted: wait a minute, make it, run again." },
  LeaseAlreadyPresent: { kind: "remote", hint: "Another run holds it: wait until that has ended." },
  ServerBusy: { kind: "remote", hint: `The account is at its limits. ${retry}` },
  InvalidUri: { kind: "usage", hint: "Check the address." },
  InvalidResourceName: {
    kind: "usage",
    hint: "Containers have 3 to 63 lower-case letters, digits and single hyphens.",
  },
  // Event Hubs
  UnauthorizedError: { kind: "auth", hint: "" },
  MessagingEntityNotFoundError: {
    kind: "usage",
    hint: "Check the namespace, the event hub (am-<table> for a data export) and the consumer group.",
  },
  MessagingEntityDisabledError: { kind: "usage", hint: "The event hub is disabled: enable it in the portal." },
  ReceiverDisconnectedError: {
    kind: "remote",
    hint: "Another reader took the partition: one reader a consumer group.",
  },
  QuotaExceededError: { kind: "remote", hint: "The consumer group has its five readers: use one of its own." },
  ServerBusyError: { kind: "remote", hint: `The namespace is at its limits. ${retry}` },
};

const byStatus: Readonly<Record<number, Remedy>> = {
  400: { kind: "usage", hint: "The service does not take the request: check address, names and ids." },
  404: { kind: "usage", hint: "Check the address: account, container and names." },
  405: { kind: "usage", hint: "The service does not take the request: check the address." },
  408: { kind: "remote", hint: retry },
  409: { kind: "remote", hint: "Something else works on the same thing. Wait, then run again." },
  410: { kind: "usage", hint: "It is gone: check the address." },
  413: { kind: "usage", hint: "The request is larger than the service takes." },
  429: { kind: "remote", hint: `The service is at its limits. ${retry}` },
};

/** What a failure means: by its code, else by its status, else by how the connection ended. */
export function remedyOf(facts: Facts, context: ErrorContext): Remedy {
  const { status, code, service, writes } = facts;
  if (code === "ContainerNotFound" && writes) return { kind: "usage", hint: "Create the container first." };
  const known = code === null ? undefined : byCode[code];
  if (known?.hint) return known;
  if (known?.kind === "auth" || status === 401 || status === 403)
    return { kind: "auth", hint: roleHint(facts, context) };
  if (service === "ingestion" && status === 404)
    return {
      kind: "usage",
      hint: "Check the endpoint, the rule's immutable id (dcr-…) and the stream (Custom-…): the endpoint has to be that of the rule.",
    };
  const general = status === null ? undefined : byStatus[status];
  if (general) return general;
  if (code !== null && networkCodes.has(code)) return { kind: "remote", hint: networkHint(code) };
  return { kind: "remote", hint: retry };
}

function roleHint({ status, service, writes }: Facts, { role, on }: ErrorContext): string {
  const needed = role ?? roleOf(service, writes);
  const where = on ?? placeOf(service);
  if (status === 401)
    return `The token is not accepted: check the tenant (AZURE_TENANT_ID), the cloud (--cloud) and this machine's clock. The role it needs is ${needed} on ${where}.`;
  const late = service === "ingestion" || needed === roles.send ? "up to 30 minutes" : "up to 10 minutes";
  return `Grant the identity the role ${needed} on ${where}; a fresh grant takes ${late}. Owner and Contributor do not include it.`;
}

function roleOf(service: Facts["service"], writes: boolean): string {
  if (service === "ingestion") return roles.send;
  if (service === "hub") return roles.receive;
  return writes ? roles.write : roles.read;
}

function placeOf(service: Facts["service"]): string {
  if (service === "ingestion") return "the data collection rule";
  return service === "hub" ? "the event hub" : "the container";
}
