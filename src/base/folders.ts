import { open } from "node:fs/promises";

/** Makes the entries of a folder last. Windows cannot, and need not: it does not open folders. */
export async function syncFolder(path: string): Promise<void> {
  if (process.platform === "win32") return;
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
