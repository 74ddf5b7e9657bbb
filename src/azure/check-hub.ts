/* Checks of an event hub: whether it can be looked at, and read as the consumer group of its address. */
import { inert } from "../base/text.js";
import { type AzureCheck, failure, ok } from "./check.js";
import type { Auth } from "./clients.js";
import { type HubAddress, hubName } from "./hub-address.js";
import { roles } from "./remedies.js";

/** Lists the partitions of a hub, and reads the oldest event that one of them still has. */
export async function checkHub(
  address: HubAddress,
  { auth, signal }: { auth: Auth; signal?: AbortSignal },
): Promise<AzureCheck> {
  const place = inert(hubName(address), 200);
  const name = `event hub ${place}`;
  const context = { role: roles.receive, on: "the event hub" };
  try {
    const { hubOrigin } = await import("./hub-origin.js");
    const origin = hubOrigin(address, auth);
    try {
      const partitions = await origin.list({ signal });
      const filled = partitions.find(({ length, first = 0 }) => first < length);
      const found = `${partitions.length} ${partitions.length === 1 ? "partition" : "partitions"}`;
      if (filled === undefined) return ok(name, `${found}, no event to read yet`);
      const { length: _, first: from = 0, ...rest } = filled;
      for await (const _ of origin.source({ ...rest, from, to: from + 1 }).open(signal)) signal?.throwIfAborted();
      return ok(name, `${found}, may be read as ${inert(address.consumerGroup, 100)}`);
    } finally {
      await origin.close();
    }
  } catch (error) {
    return failure(name, error, `looking at ${place}`, context);
  }
}
