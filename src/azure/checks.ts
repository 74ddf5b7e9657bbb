/* `byoml doctor --azure`: whether this machine can do with Azure what it is asked to. Nothing is stored, but a blob for a moment. */
import { createRequire } from "node:module";
import { kindNames, tokenKindOf } from "./auth-kinds.js";
import type { BlobAddress } from "./blob-address.js";
import { type AzureCheck, Clocks, failure, note, ok } from "./check.js";
import { checkSource, checkState } from "./check-container.js";
import { checkHub } from "./check-hub.js";
import { checkRule } from "./check-ingestion.js";
import type { Auth } from "./clients.js";
import { hubAudience, storageAudience } from "./clouds.js";
import { connectionStringName, type HubAddress, hubName } from "./hub-address.js";
import type { IngestionTarget } from "./ingestion-target.js";

export type { AzureCheck } from "./check.js";

export interface AzureChecksOptions {
  auth: Auth;
  /** Containers that are read from. */
  sources?: readonly BlobAddress[];
  /** Where the schedule keeps its state. */
  state?: BlobAddress;
  rule?: IngestionTarget;
  /** Event hubs that are read from. */
  hubs?: readonly HubAddress[];
  /** Whether a blob may be made, to try a state store. */
  writes?: boolean;
  signal?: AbortSignal;
  /** Milliseconds since 1970. */
  now?: () => number;
}

/** @returns one check a line, failures among them; it throws for an abort alone */
export async function azureChecks(options: AzureChecksOptions): Promise<AzureCheck[]> {
  const { auth, sources = [], state, rule, hubs = [], writes = true, signal, now } = options;
  const clocks = new Clocks(now);
  const list: AzureCheck[] = [ok("cloud", `${auth.cloud.name}, ${new URL(auth.cloud.authorityHost).host}`)];
  const keyed = auth.kind === "connection-string" || auth.kind === "sas";
  const blobs = sources.length > 0 || state !== undefined;
  const audiences = new Set<string>();
  if (blobs && !keyed) audiences.add(storageAudience);
  const hubKeyed = Boolean(auth.env[connectionStringName]);
  if (hubs.length > 0 && !hubKeyed) audiences.add(hubAudience);
  if (rule || (audiences.size === 0 && !keyed && !hubKeyed)) audiences.add(auth.cloud.monitorAudience);
  const refused = new Set<string>();
  for (const audience of audiences) {
    const check = await credentialCheck(auth, audience, signal, now);
    list.push(check);
    if (check.state === "failed") for (const one of audiences) refused.add(one); // the others would wait as long, for as little
    if (refused.size > 0) break;
  }
  if (keyed) list.push(ok("credential for blobs", `${kindNames[auth.kind]} from the environment`));
  const check = { auth, clocks, signal };
  const skipped = (name: string) => note(name, "not checked, as there is no token");
  for (const source of sources) {
    if (!keyed && refused.has(storageAudience)) list.push(skipped(`container ${source.account}/${source.container}`));
    else list.push(...(await checkSource(source, check)));
  }
  if (state) {
    const name = `state store ${state.account}/${state.container}`;
    if (!keyed && refused.has(storageAudience)) list.push(skipped(name));
    else list.push(writes ? await checkState(state, check) : note(name, "not tried: it takes writing a blob"));
  }
  if (rule)
    list.push(
      refused.has(auth.cloud.monitorAudience)
        ? skipped(`data collection rule ${rule.ruleId}`)
        : await checkRule(rule, check),
    );
  if (blobs || rule) list.push(clocks.check());
  const installed = packageCheck(hubs.length > 0);
  for (const hub of installed.state === "ok" ? hubs : [])
    list.push(
      !hubKeyed && refused.has(hubAudience) ? skipped(`event hub ${hubName(hub)}`) : await checkHub(hub, check),
    );
  list.push(installed);
  return list;
}

async function credentialCheck(
  auth: Auth,
  audience: string,
  signal: AbortSignal | undefined,
  now: () => number = Date.now,
): Promise<AzureCheck> {
  const host = new URL(audience).host;
  const name = `token for ${host}`;
  try {
    const kind = tokenKindOf(auth.kind, auth.env);
    const credential = await auth.credential();
    const token = await credential.getToken(`${audience}/.default`, { abortSignal: signal });
    if (!token) throw new Error("no token");
    const minutes = Math.round((token.expiresOnTimestamp - now()) / 60_000);
    const tenant = tenantOf(token.token);
    return ok(name, `${kindNames[kind]}${tenant ? `, tenant ${tenant}` : ""}, good for ${minutes} min`);
  } catch (error) {
    return failure(name, error, `getting a token for ${host}`);
  }
}

/** The tenant in a token's claims; nothing else of a token is looked at. */
function tenantOf(token: string): string | undefined {
  try {
    const claims = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString("utf8")) as {
      tid?: unknown;
    };
    return typeof claims.tid === "string" && /^[0-9a-f-]{36}$/i.test(claims.tid) ? claims.tid : undefined;
  } catch {
    return undefined;
  }
}

const hubPackage = "@azure/event-hubs";

function packageCheck(needed: boolean): AzureCheck {
  const name = "Event Hubs package";
  try {
    createRequire(import.meta.url).resolve(hubPackage);
    return ok(name, "installed");
  } catch {
    const hint = `npm install ${hubPackage}@6.0.4 @azure/eventhubs-checkpointstore-blob@2.0.0`;
    return needed
      ? { name, state: "failed", found: "missing", hint, kind: "usage" }
      : note(name, "missing; only event hubs need it", hint);
  }
}
