import { expect, onTestFinished } from "vitest";
import { logsIngestion } from "../../src/azure/logs-ingestion.js";
import type { Accounting } from "../../src/delivery/accounting.js";
import type { AnomalyRow } from "../../src/delivery/columns.js";
import { deliver } from "../../src/delivery/deliver.js";
import type { DeliveryLimits } from "../../src/delivery/limits.js";
import { TestClock } from "../delivery/clock.js";
import { MemoryLog } from "../delivery/logs.js";
import { bodyOf, outboxOf, rowsUpTo } from "../delivery/rows.js";
import { TestCredential } from "./credential.js";
import { type Ingestion, type IngestionOptions, type Step, startIngestion, testRule, testStream } from "./ingestion.js";

export const audience = "https://monitor.azure.com";

export interface Scene {
  readonly service: Ingestion;
  readonly credential: TestCredential;
  readonly clock: TestClock;
  readonly journal: MemoryLog;
  readonly deadLetters: MemoryLog;
  /** Delivers what is unsent. */
  deliver(limits?: Partial<DeliveryLimits>, signal?: AbortSignal): Promise<Accounting>;
}

/** Thirty rows, ten in a body, one body after the other, against a service with faults. */
export async function scene(
  options: IngestionOptions,
  { rows = rowsUpTo(30), credential = new TestCredential(), at = {} as object, rowsInBody = 10 } = {},
): Promise<Scene> {
  const service = await startIngestion({ audience, ...options });
  onTestFinished(() => service.close());
  const outbox = await outboxOf(rows, { bodyInBytes: bodyOf(rowsInBody) });
  const clock = new TestClock();
  const journal = new MemoryLog();
  const deadLetters = new MemoryLog();
  const target = { endpoint: service.url, ruleId: testRule, stream: testStream, ca: service.ca, credential, ...at };
  const transport = logsIngestion(target);
  return {
    service,
    credential,
    clock,
    journal,
    deadLetters,
    async deliver(limits = {}, signal) {
      const common = { outbox, transport, journal, deadLetters, clock, signal };
      const accounting = await deliver({ ...common, limits: { concurrency: 1, ...limits } });
      const { total, sent, deadLettered, unsent } = accounting;
      expect(sent + deadLettered + unsent).toBe(total);
      return accounting;
    },
  };
}

export const script = (...steps: Step[]): IngestionOptions => ({ script: steps });
export const recordIds = (rows: readonly AnomalyRow[]) => rows.map(({ RecordId }) => RecordId);
export const allSent = { total: 30, sent: 30, deadLettered: 0, unsent: 0 };
