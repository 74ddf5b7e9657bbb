/* Clients of Blob Storage, by a connection string. */
import type { ContainerClient } from "@azure/storage-blob";
import { ByomlError } from "../base/errors.js";

type Env = Readonly<Record<string, string | undefined>>;

/** Who byoml is towards Azure. */
export interface Auth {
  readonly env: Env;
}

export function authOf({ env }: { env: Env }): Auth {
  return { env };
}

/** The client of a container, with the connection string in AZURE_STORAGE_CONNECTION_STRING. */
export async function containerOf(
  { account, endpoint, container }: { account: string; endpoint: string; container: string },
  { env }: Auth,
): Promise<ContainerClient> {
  const { BlobServiceClient } = await import("@azure/storage-blob");
  const text = env["AZURE_STORAGE_CONNECTION_STRING"];
  const hint = "Set it to that of the account, as its access keys show it.";
  if (!text) throw new ByomlError("auth", "AZURE_STORAGE_CONNECTION_STRING is not set", { hint });
  let client: InstanceType<typeof BlobServiceClient>;
  try {
    client = BlobServiceClient.fromConnectionString(text, { retryOptions: { maxTries: 4, retryDelayInMs: 1000 } });
  } catch {
    throw new ByomlError("auth", "AZURE_STORAGE_CONNECTION_STRING is no connection string", { hint });
  }
  if (client.accountName !== account || !`${client.url}/`.startsWith(`${endpoint}/`))
    throw new ByomlError("auth", `AZURE_STORAGE_CONNECTION_STRING is of another account than ${account}`, { hint });
  return client.getContainerClient(container);
}
