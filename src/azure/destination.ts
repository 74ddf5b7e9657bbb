/*
 * The table in Log Analytics as the destination of a schedule.
 */
import { deliver } from "../delivery/deliver.js";
import { openOutbox } from "../delivery/outbox-reader.js";
import type { Destination } from "../runs/schedule.js";
import { type Auth, ingestionAccess } from "./clients.js";
import type { IngestionTarget } from "./ingestion-target.js";
import { logsIngestion } from "./logs-ingestion.js";

/** @throws OptionError  for endpoint, ruleId or stream */
export async function serviceDestination(target: IngestionTarget, auth: Auth): Promise<Destination> {
  const transport = logsIngestion({ ...target, ...(await ingestionAccess(auth)) });
  return {
    name: transport.name,
    async deliver(_, path, { journal, deadLetters }, { signal, onProgress }) {
      const outbox = await openOutbox(path);
      try {
        return await deliver({ outbox, transport, journal, deadLetters, signal, onProgress });
      } finally {
        await outbox.close();
      }
    },
  };
}
