import { OptionError } from "../base/errors.js";
import { cloudOfHost, clouds } from "./clouds.js";

/** Where rows go: a data collection endpoint (or a rule with its own), a rule, and a stream of that rule. */
export interface IngestionTarget {
  /** `https://<name>.<region>.ingest.monitor.azure.com`, `.us` or `.cn`. */
  readonly endpoint: string;
  /** The immutable id of the data collection rule: `dcr-` and 32 hexadecimal digits. */
  readonly ruleId: string;
  /** `Custom-` and the name of the stream's declaration. */
  readonly stream: string;
}

const hosts = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*\.ingest\.monitor\.azure\.(com|us|cn)$/;
const loopback = new Set(["localhost", "127.0.0.1", "[::1]"]);

/**
 * Checks where rows are to go, before anything is sent there.
 *
 * @returns the target with the endpoint as its origin alone
 * @throws OptionError  for endpoint, ruleId or stream
 */
export function checkTarget({ endpoint, ruleId, stream }: IngestionTarget): IngestionTarget {
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined;
  const bare =
    url && url.pathname === "/" && url.search === "" && url.hash === "" && url.username === "" && url.password === "";
  if (
    !url ||
    !bare ||
    url.protocol !== "https:" ||
    !(loopback.has(url.hostname) || (hosts.test(url.hostname) && url.port === ""))
  )
    throw new OptionError(
      "endpoint",
      "https://<name>.<region>.ingest.monitor.azure.com (or .us, .cn) and nothing after it",
      shown(endpoint),
      "It is the logs ingestion endpoint of the data collection rule, or of its data collection endpoint.",
    );
  if (!/^dcr-[0-9a-f]{32}$/.test(ruleId))
    throw new OptionError(
      "ruleId",
      "dcr- and 32 hexadecimal digits",
      shown(ruleId),
      "It is the immutable id of the data collection rule, not its name or resource id.",
    );
  if (!/^Custom-[A-Za-z][A-Za-z0-9_]{0,99}$/.test(stream))
    throw new OptionError(
      "stream",
      "Custom-<name of the stream's declaration>, of letters, digits and _",
      shown(stream),
      "It stands in the data collection rule under streamDeclarations.",
    );
  return { endpoint: url.origin, ruleId, stream };
}

/** The audience of tokens, in the cloud that the endpoint belongs to; loopback ones stand for the public cloud. */
export function audienceOf(endpoint: string): string {
  return clouds[cloudOfHost(new URL(endpoint).host) ?? "public"].monitorAudience;
}

/** A value as an error may show it: what follows ? or @ in a URL may be a secret that was pasted there. */
function shown(value: unknown): string {
  return String(value)
    .replace(/[?#].*$/s, "?…")
    .replace(/\/\/[^/]*@/, "//…@")
    .slice(0, 100);
}
