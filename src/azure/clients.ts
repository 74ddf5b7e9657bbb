/*
 * Clients of the services, all from one `Auth`: one kind of credential and one cloud, asked for once however many clients there are.
 */
import type { TokenCredential } from "@azure/identity";
import type { ContainerClient, StoragePipelineOptions } from "@azure/storage-blob";
import { ByomlError } from "../base/errors.js";
import { inert } from "../base/text.js";
import { version } from "../base/version.js";
import { type AuthKind, authKindOf, checkVariables, type Env } from "./auth-kinds.js";
import { type Cloud, cloudOf, cloudOfHost } from "./clouds.js";
import { credentialOf } from "./credentials.js";
import { patience, retryOptions } from "./patience.js";

/** Who byoml is towards Azure. */
export interface Auth {
  readonly kind: AuthKind;
  readonly cloud: Cloud;
  readonly env: Env;
  /** The credential for tokens, the same one each time. See `credentialOf` for what it throws. */
  credential(): Promise<TokenCredential>;
}

export interface AuthOptions {
  /** `--auth`. */
  auth?: string | undefined;
  /** `--cloud`. */
  cloud?: string | undefined;
  env: Env;
  /** Addresses that will be talked to; they say the cloud, and must agree. */
  endpoints?: readonly string[];
  /** How long one token may take, 20,000 ms by default. */
  timeoutInMs?: number;
}

/**
 * Nothing is asked for yet, and no package loaded.
 *
 * @throws OptionError  for a wrong `--auth` or `--cloud`, and for clouds that contradict each other
 */
export function authOf({ auth, cloud, env, endpoints, timeoutInMs }: AuthOptions): Auth {
  const kind = authKindOf(auth);
  const chosen = cloudOf({ cloud, env, endpoints });
  let credential: Promise<TokenCredential> | undefined;
  return {
    kind,
    cloud: chosen,
    env,
    credential() {
      credential ??= credentialOf({ auth: kind, cloud: chosen, env, timeoutInMs });
      return credential;
    },
  };
}

/** A container, as addresses name it (BlobAddress). */
export interface ContainerPlace {
  readonly account: string;
  /** The URL of the account's blob service, without a slash at its end: `https://acme.blob.core.windows.net`. */
  readonly endpoint: string;
  readonly container: string;
}

/**
 * The client of a container: with a token, or with AZURE_STORAGE_CONNECTION_STRING or AZURE_STORAGE_SAS_TOKEN where `--auth` says so.
 * Requests are tried a bounded number of times, each in bounded time.
 *
 * @throws ByomlError  of kind "usage", where a credential would be sent without TLS (a key may be, on loopback) or to a host that is none
 *                     of Azure's; of kind "auth", where variables are missing, wrong, or of another account
 */
export async function containerOf(place: ContainerPlace, auth: Auth): Promise<ContainerClient> {
  const url = new URL(place.endpoint);
  checkHost(url, auth);
  await checkVariables(auth.kind === "connection-string" || auth.kind === "sas" ? auth.kind : "default", auth.env);
  const { BlobServiceClient, newPipeline, AnonymousCredential } = await import("@azure/storage-blob");
  const options: StoragePipelineOptions = { retryOptions, userAgentOptions: { userAgentPrefix: `byoml/${version}` } };
  if (auth.kind === "sas") url.search = signature(auth.env["AZURE_STORAGE_SAS_TOKEN"] ?? "");
  const credential =
    auth.kind === "sas"
      ? new AnonymousCredential()
      : auth.kind === "connection-string"
        ? keyOf(BlobServiceClient, place, url, auth.env["AZURE_STORAGE_CONNECTION_STRING"] ?? "")
        : await auth.credential();
  const pipeline = newPipeline(credential, options);
  pipeline.factories.push(patience());
  return new BlobServiceClient(url.href, pipeline).getContainerClient(place.container);
}

/** What sending rows takes: the credential, and the audience that its tokens are for. */
export async function ingestionAccess(auth: Auth): Promise<{ credential: TokenCredential; audience: string }> {
  return { credential: await auth.credential(), audience: auth.cloud.monitorAudience };
}

/** A host of the loopback network: tests and stand-ins. */
export function isLoopback(host: string): boolean {
  const name = host.replace(/^\[|\]$/g, "");
  return name === "localhost" || name === "::1" || /^127(?:\.\d{1,3}){3}$/.test(name);
}

function checkHost(url: URL, auth: Auth): void {
  const name = inert(url.host, 100);
  const local = isLoopback(url.hostname);
  const hint = "Name the account as https://<account>.blob.core.windows.net/<container> or az://<account>/<container>.";
  if (url.protocol !== "https:" && !local)
    throw new ByomlError("usage", `${name}: expected https, as no credential is sent without TLS`, { hint });
  if (!local && cloudOfHost(url.host) === undefined)
    throw new ByomlError("usage", `${name}: expected a storage account of Azure, as a credential would be sent there`, {
      hint,
    });
  const token = auth.kind !== "sas" && auth.kind !== "connection-string";
  if (token && url.protocol !== "https:")
    throw new ByomlError("usage", `${name}: a token is not sent without TLS`, {
      hint: "Against a stand-in on this machine use --auth connection-string.",
    });
}

/** The credential in a connection string; a shared access signature in it goes to the address. */
function keyOf(
  Client: typeof import("@azure/storage-blob").BlobServiceClient,
  { account }: ContainerPlace,
  url: URL,
  text: string,
): import("@azure/storage-blob").StorageSharedKeyCredential | import("@azure/storage-blob").AnonymousCredential {
  let client: InstanceType<typeof Client>;
  try {
    client = Client.fromConnectionString(text);
  } catch {
    throw new ByomlError("auth", "AZURE_STORAGE_CONNECTION_STRING: expected a connection string of a storage account", {
      hint: "Copy it from the account's access keys: DefaultEndpointsProtocol=https;AccountName=…;AccountKey=…;EndpointSuffix=….",
    });
  }
  const given = new URL(client.url);
  if (client.accountName.toLowerCase() !== account.toLowerCase())
    throw new ByomlError(
      "auth",
      `AZURE_STORAGE_CONNECTION_STRING is of the account ${inert(client.accountName, 60)}, not of ${inert(account, 60)}`,
      { hint: "Set that of the account, or choose another kind of credential with --auth." },
    );
  url.search = given.search;
  return client.credential as ReturnType<typeof keyOf>;
}

/** A signature as the query of an address, with or without its question mark. */
function signature(text: string): string {
  const query = text.trim().replace(/^\?/, "");
  if (!new URLSearchParams(query).get("sig"))
    throw new ByomlError("auth", "AZURE_STORAGE_SAS_TOKEN: expected a shared access signature (sv=…&sig=…)", {
      hint: "Make one for the container, with the permissions read and list, and write, create and delete where byoml writes.",
    });
  return `?${query}`;
}
