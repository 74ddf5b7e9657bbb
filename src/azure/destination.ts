/*
 * The table in Log Analytics as the destination of a schedule.
 */
import { deliver } from "../delivery/deliver.js";
import { openOutbox } from "../delivery/outbox-reader.js";
import type { Destination } from "../runs/schedule.js";
import { type LogsIngestionOptions, logsIngestion } from "./logs-ingestion.js";

/**
 * Delivers to a stream of a data collection rule, with a credential of any kind.
 *
 * @throws OptionError  for endpoint, ruleId or stream
 */
export function logAnalytics(options: LogsIngestionOptions): Destination {
  const transport = logsIngestion(options);
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
