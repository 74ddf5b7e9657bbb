/* Codes of connections that fail, and what to do about them. */

/** Codes of TLS: the other side is not who it should be, or somebody is in between. */
export const certificateCodes: ReadonlySet<string> = new Set([
  "CERT_HAS_EXPIRED",
  "CERT_NOT_YET_VALID",
  "CERT_SIGNATURE_FAILURE",
  "CERT_UNTRUSTED",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "ERR_TLS_CERT_ALTNAME_INVALID",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
]);

/** Codes of connections, those of TLS too. */
export const networkCodes: ReadonlySet<string> = new Set([
  ...certificateCodes,
  "EAI_AGAIN",
  "EAI_FAIL",
  "ECONNABORTED",
  "ECONNREFUSED",
  "ECONNRESET",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOTFOUND",
  "EPIPE",
  "EPROTO",
  "ESOCKETTIMEDOUT",
  "ETIMEDOUT",
]);

export const certificateHint =
  "The certificate is not trusted here: check this machine's clock; behind a proxy that opens TLS name its authority's file in NODE_EXTRA_CA_CERTS.";

/** What to do about a code of a connection. */
export function networkHint(code: string): string {
  if (certificateCodes.has(code)) return certificateHint;
  if (code === "ENOTFOUND" || code === "EAI_AGAIN" || code === "EAI_FAIL")
    return "The name of the host cannot be resolved: check it for typing errors, and this machine's DNS (a private endpoint has a zone of its own).";
  if (code === "ECONNREFUSED" || code === "EHOSTUNREACH" || code === "ENETUNREACH")
    return "Nothing answers there: check the address, the network and the firewall; HTTPS_PROXY names a proxy.";
  return "The connection broke or stayed silent: run again; if it stays so, check the network, the firewall and HTTPS_PROXY.";
}
