/* From `--auth` to a credential. Secrets come from environment variables and files alone; no flag and no message holds one. */
import type { TokenCredential } from "@azure/identity";
import { version } from "../base/version.js";
import { type AuthKind, checkVariables, type Env, type TokenKind, tokenKindOf } from "./auth-kinds.js";
import { type Cloud, cloudNames, clouds, storageAudience } from "./clouds.js";
import { tokenError } from "./token-errors.js";
import { BoundedCredential, tokenTimeoutInMs } from "./tokens.js";

export interface CredentialOptions {
  /** `--auth`; the default chain by default. The kinds of Blob Storage give no tokens: beside them it is the default chain. */
  auth?: AuthKind;
  cloud: Cloud;
  /** The variables that are checked and used. What the packages look up by themselves (PATH, IDENTITY_ENDPOINT) is the process's. */
  env: Env;
  timeoutInMs?: number;
}

/**
 * A credential of the kind that `--auth` names, with a time-out and a cache (see tokens.ts). It asks for nothing yet.
 *
 * @throws ByomlError  of kind "auth", where variables of the kind are missing or its file cannot be read; of kind "usage", where
 *                     AZURE_TOKEN_CREDENTIALS is none of its values
 */
export async function credentialOf({
  auth = "default",
  cloud,
  env,
  timeoutInMs = tokenTimeoutInMs,
}: CredentialOptions): Promise<BoundedCredential> {
  const kind = tokenKindOf(auth, env);
  await checkVariables(kind, env);
  const identity = await import("@azure/identity");
  const again = () => create(identity, kind, cloud, env, timeoutInMs);
  const besides = (audience: string) => unused(auth, audience, env);
  try {
    return new BoundedCredential(again(), { kind, timeoutInMs, again, besides });
  } catch (error) {
    throw tokenError(error, kind, "Azure");
  }
}

/** A key that is there and not used, as nobody asked for it: who set it may have expected otherwise. */
function unused(auth: AuthKind, audience: string, env: Env): string | undefined {
  if (auth !== "default" || `https://${audience}` !== storageAudience) return undefined;
  if (env["AZURE_STORAGE_CONNECTION_STRING"])
    return "AZURE_STORAGE_CONNECTION_STRING is set: --auth connection-string uses it.";
  return env["AZURE_STORAGE_SAS_TOKEN"] ? "AZURE_STORAGE_SAS_TOKEN is set: --auth sas uses it." : undefined;
}

function create(
  identity: typeof import("@azure/identity"),
  kind: TokenKind,
  cloud: Cloud,
  env: Env,
  timeoutInMs: number,
): TokenCredential {
  const options = {
    authorityHost: cloud.authorityHost,
    // An authority of no known cloud is not looked up in the directory of the public one, which would not know it.
    disableInstanceDiscovery: !cloudNames.some((name) => clouds[name].authorityHost === cloud.authorityHost),
    processTimeoutInMs: timeoutInMs,
    userAgentOptions: { userAgentPrefix: `byoml/${version}` },
  };
  const [tenantId = "", clientId = ""] = [env["AZURE_TENANT_ID"], env["AZURE_CLIENT_ID"]];
  switch (kind) {
    case "managed":
      return new identity.ManagedIdentityCredential({ ...options, ...(clientId && { clientId }) });
    case "workload":
      return new identity.WorkloadIdentityCredential({
        ...options,
        tenantId,
        clientId,
        tokenFilePath: env["AZURE_FEDERATED_TOKEN_FILE"],
      });
    case "cli":
      return new identity.AzureCliCredential({ processTimeoutInMs: timeoutInMs });
    case "environment": {
      const secret = env["AZURE_CLIENT_SECRET"];
      if (secret) return new identity.ClientSecretCredential(tenantId, clientId, secret, options);
      const certificate = {
        certificatePath: env["AZURE_CLIENT_CERTIFICATE_PATH"] ?? "",
        certificatePassword: env["AZURE_CLIENT_CERTIFICATE_PASSWORD"],
      };
      const sendCertificateChain = ["1", "true"].includes(
        (env["AZURE_CLIENT_SEND_CERTIFICATE_CHAIN"] ?? "").toLowerCase(),
      );
      return new identity.ClientCertificateCredential(tenantId, clientId, certificate, {
        ...options,
        sendCertificateChain,
      });
    }
    case "default":
      return new identity.DefaultAzureCredential(options);
  }
}
