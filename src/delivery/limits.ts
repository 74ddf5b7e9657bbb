import { OptionError } from "../base/errors.js";

/** What the Logs Ingestion API takes; the defaults stay below what it documents. */
export interface PackingLimits {
  /** UTF-8 bytes of a body: a JSON array with its brackets and commas. The service takes 1,048,576. */
  readonly bodyInBytes: number;
  /** UTF-8 bytes of a text; the service cuts longer ones and says nothing. */
  readonly fieldInBytes: number;
}

export const packingDefaults: PackingLimits = { bodyInBytes: 1_000_000, fieldInBytes: 65_536 };

export interface DeliveryLimits {
  /** Bodies in flight at once. */
  readonly concurrency: number;
  /** For one request, until its answer is there. */
  readonly timeoutInMs: number;
  /** How often a body is sent again after a temporary failure, and for how long. */
  readonly retries: number;
  readonly retryForInMs: number;
  /** The ceiling of the first wait before sending again; it doubles up to the second. The wait is anything from 0 to the ceiling. */
  readonly backOffInMs: number;
  readonly backOffUpToInMs: number;
  /** The longest Retry-After that is honoured in full. */
  readonly retryAfterUpToInMs: number;
  /** For a data collection rule; the service takes 12,000 and 2,000,000,000. */
  readonly requestsPerMinute: number;
  readonly bytesPerMinute: number;
  /** After so many single records that the service refused, sending stops: it is not the records. */
  readonly refusals: number;
  /** The same, while the service has not yet taken a single record. */
  readonly refusalsBeforeFirst: number;
  /** After so many bodies in a row that could not be sent however often, sending stops: the service is down. */
  readonly bodiesGivenUp: number;
  /** How long a request that is given up may take to say what became of it. */
  readonly graceInMs: number;
}

export const deliveryDefaults: DeliveryLimits = {
  concurrency: 2,
  timeoutInMs: 60_000,
  retries: 8,
  retryForInMs: 900_000,
  backOffInMs: 500,
  backOffUpToInMs: 60_000,
  retryAfterUpToInMs: 300_000,
  requestsPerMinute: 6_000,
  bytesPerMinute: 1_000_000_000,
  refusals: 100,
  refusalsBeforeFirst: 10,
  bodiesGivenUp: 2,
  graceInMs: 500,
};

/** Fills in the defaults. @throws OptionError  when a limit is no positive number */
export function limitsOf<T extends object>(defaults: T, given: Partial<T> = {}): T {
  const limits = {
    ...defaults,
    ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
  };
  for (const [name, value] of Object.entries(limits)) {
    const least = name === "retries" ? 0 : 1;
    if (typeof value !== "number" || !(value >= least))
      throw new OptionError(name, `a number of at least ${least}`, value);
  }
  return limits;
}
