/* What a stand-in for an event hub holds, and how it tells of it. */
import { types } from "rhea";

/** What a partition holds: bytes as a data section, or another body as rhea encodes it. */
export interface StoredEvent {
  sequence: number;
  body: unknown;
}

export interface Partition {
  events: StoredEvent[];
  /** The next event's sequence number. */
  next: number;
}

/** What is refused, with an AMQP error. */
export interface Refusal {
  condition: string;
  description?: string;
}

interface Held {
  name: string;
  createdOn: Date;
  partitions: readonly Partition[];
}

/** What a hub says of itself. */
export function hubProperties({ name, createdOn, partitions }: Held): Record<string, unknown> {
  return {
    name,
    created_at: types.wrap_timestamp(createdOn.getTime()),
    partition_count: partitions.length,
    partition_ids: partitions.map((_, id) => String(id)),
    georeplication_factor: 1,
  };
}

/** What it says of a partition. */
export function partitionProperties({ name, createdOn, partitions }: Held, id: number): Record<string, unknown> {
  const { events, next } = partitions[id];
  return {
    name,
    partition: String(id),
    begin_sequence_number: types.wrap_long(events[0]?.sequence ?? next),
    last_enqueued_sequence_number: types.wrap_long(next - 1),
    last_enqueued_offset: String(offsetOf(next - 1)),
    last_enqueued_time_utc: types.wrap_timestamp(createdOn.getTime()),
    is_partition_empty: events.length === 0,
  };
}

export function notFound(entity: string): string {
  return `The messaging entity '${entity}' could not be found.`;
}

/** Where the first event is that has this sequence number or a later one. */
export function firstFrom(events: readonly StoredEvent[], sequence: number): number {
  let [low, high] = [0, events.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (events[middle].sequence < sequence) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Offsets are bytes in the partition, so not sequence numbers. */
export function offsetOf(sequence: number): number {
  return sequence * 4096;
}

/** The sequence number from which a filter lets events pass. */
export function startOf(filter: Record<string, unknown> | undefined): number {
  const clause = String((Object.values(filter ?? {})[0] as { value?: unknown } | undefined)?.value ?? "");
  const [, key, inclusive, value] = /^amqp\.annotation\.(x-opt-[a-z-]+) >(=?) '([^']*)'$/.exec(clause) ?? [];
  if (key === undefined) throw new Error(`a filter that the stand-in does not know: ${clause}`);
  const place = key === "x-opt-offset" ? Math.floor(Number(value) / 4096) : Number(value);
  return inclusive === "=" ? place : place + 1;
}
