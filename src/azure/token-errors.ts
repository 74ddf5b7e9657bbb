/* Why there is no token, in words that hold none of it: codes and class names that are known, never the text of a package or a service. */
import { ByomlError } from "../base/errors.js";
import { kindNames, type TokenKind } from "./auth-kinds.js";
import { networkCodes, networkHint } from "./network-codes.js";

/** Who is asked for a token: a kind of `--auth`, or a credential that a program gave. */
export type TokenSource = TokenKind | "given";

/** What is done about a failure of a kind, where its code says nothing better. */
const hints: Readonly<Record<TokenSource, string>> = {
  default:
    "Sign in with `az login`, run where there is a managed identity, or set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET; --auth chooses one kind and says more about it.",
  managed:
    "Give this machine or container a managed identity; AZURE_CLIENT_ID names a user-assigned one. Elsewhere choose another kind with --auth.",
  workload:
    "Check the federated credential of the identity: issuer, subject and audience have to be those of the token in AZURE_FEDERATED_TOKEN_FILE.",
  cli: "Sign in with `az login`, with --tenant where there are several.",
  environment: "Check AZURE_TENANT_ID, AZURE_CLIENT_ID and the secret or certificate of the application.",
  given: "Check what the credential needs, and whether it may ask for this audience.",
};

const authorityHint =
  "The authority cannot be reached: check the network, HTTPS_PROXY, --cloud and AZURE_AUTHORITY_HOST; behind a proxy that opens TLS name its authority's file in NODE_EXTRA_CA_CERTS.";

/** Codes of Microsoft Entra ID that have one remedy. */
const codeHints = new Map([
  ["AADSTS50034", "The account does not exist in this tenant: check AZURE_TENANT_ID."],
  ["AADSTS50076", "The tenant asks for a second factor: sign in anew with `az login`, or use an identity of its own."],
  ["AADSTS50079", "The tenant asks for a second factor: sign in anew with `az login`, or use an identity of its own."],
  ["AADSTS50173", "The sign-in has expired: `az login`."],
  ["AADSTS53003", "A conditional access policy of the tenant refuses it: ask its administrator."],
  ["AADSTS65001", "The application lacks consent in this tenant: ask its administrator."],
  ["AADSTS70021", "No federated credential of the identity matches: check its issuer, subject and audience."],
  ["AADSTS70043", "The sign-in has expired: `az login`."],
  ["AADSTS90002", "The tenant is not there: check AZURE_TENANT_ID and the cloud (--cloud)."],
  ["AADSTS500011", "The service is unknown to this tenant: check the cloud (--cloud) and AZURE_TENANT_ID."],
  ["AADSTS700016", "The application is not in this tenant: check AZURE_CLIENT_ID and AZURE_TENANT_ID."],
  ["AADSTS700024", "The assertion is outside of its time: check this machine's clock and who renews the token file."],
  ["AADSTS700027", "The certificate is not registered with the application, or has expired."],
  ["AADSTS700082", "The sign-in has expired: `az login`."],
  ["AADSTS700211", "No federated credential has this issuer: check the identity's federated credentials."],
  ["AADSTS700212", "No federated credential has this audience: check the identity's federated credentials."],
  ["AADSTS700213", "No federated credential has this subject: check the identity's federated credentials."],
  ["AADSTS7000215", "The secret is wrong: AZURE_CLIENT_SECRET takes the value of a secret, not its id."],
  ["AADSTS7000222", "The secret has expired: make a new one and put it into AZURE_CLIENT_SECRET."],
]);

/** What the identity package says in the place of a connection's code. */
const unreached = /\b(?:endpoints_resolution_error|network_error)\b/g;

/** Names of errors that may be shown. */
const names = new Set([
  "AggregateAuthenticationError",
  "AuthenticationError",
  "AuthenticationRequiredError",
  "ClientAuthError",
  "CredentialUnavailableError",
  "InteractionRequiredAuthError",
  "RestError",
  "ServerError",
]);

/**
 * @param audience  whom the token was to be for
 * @param besides   what else may be done, a sentence
 * @returns an error of kind "auth"; "remote" where the authority could not be reached, which may pass
 */
export function tokenError(error: unknown, kind: TokenSource, audience: string, besides?: string): ByomlError {
  if (error instanceof ByomlError) return error;
  const { codes, classes, network } = clues(error);
  const known = [...codes, ...network, ...classes];
  const what = `${noToken(kind, audience)} (${known.join(", ") || "no reason given"})`;
  const details = { auth: kind, audience, codes: [...codes], errors: [...classes], network: [...network] };
  const hint = [...codes].map((code) => codeHints.get(code)).find((text) => text !== undefined);
  if (network.size > 0 && codes.size === 0 && kind !== "default" && kind !== "managed" && kind !== "cli") {
    const [code] = [...network].filter((one) => networkCodes.has(one));
    return new ByomlError("remote", what, { hint: code === undefined ? authorityHint : networkHint(code), details });
  }
  return new ByomlError("auth", what, { hint: joined(hint ?? hints[kind], besides), details });
}

/** The error of our own time-out. */
export function tokenTimeout(kind: TokenSource, audience: string, timeoutInMs: number, besides?: string): ByomlError {
  const waited = timeoutInMs >= 1000 ? `${Math.round(timeoutInMs / 100) / 10} s` : `${timeoutInMs} ms`;
  const silent =
    kind === "managed" || kind === "default"
      ? "The address of the managed identity may take the connection and never answer, as on a machine without one. "
      : "";
  return new ByomlError("auth", `${noToken(kind, audience)} within ${waited}`, {
    hint: joined(`${silent}${hints[kind]}`, besides),
    details: { auth: kind, audience, timeoutInMs },
  });
}

function noToken(kind: TokenSource, audience: string): string {
  return kind === "given"
    ? `no token for ${audience} from the credential that was given`
    : `--auth ${kind}: no token for ${audience} from the ${kindNames[kind]}`;
}

function joined(...sentences: (string | undefined)[]): string {
  return sentences.filter(Boolean).join(" ");
}

interface Clues {
  codes: Set<string>;
  classes: Set<string>;
  network: Set<string>;
}

/** Walks an error, what it holds and what caused it, and keeps what is known to be no secret. */
function clues(error: unknown): Clues {
  const found: Clues = { codes: new Set(), classes: new Set(), network: new Set() };
  const seen = new Set<unknown>();
  const look = (one: unknown, depth: number): void => {
    if (typeof one !== "object" || one === null || seen.has(one) || depth > 4) return;
    seen.add(one);
    const { name, message, code, errorCode, cause, errors } = one as Record<string, unknown>;
    if (typeof name === "string" && names.has(name)) found.classes.add(name);
    for (const text of [message, code, errorCode]) {
      if (typeof text !== "string") continue;
      for (const [aadsts] of text.matchAll(/\bAADSTS\d{4,8}\b/g)) found.codes.add(aadsts);
      for (const [word] of text.matchAll(/\b[A-Z][A-Z_]{4,50}\b/g)) if (networkCodes.has(word)) found.network.add(word);
      for (const [word] of text.matchAll(unreached)) found.network.add(word);
    }
    look(cause, depth + 1);
    if (Array.isArray(errors)) for (const inner of errors) look(inner, depth + 1);
  };
  look(error, 0);
  return found;
}
