/*
 * A stand-in for an event hub, on loopback, over plain AMQP as the emulator speaks it: tokens ($cbs), properties ($management) and links
 * that read partitions. It does what the service does where reading could go wrong: retention, dropped connections, detached links,
 * silence, refusals, and a hub that is deleted and made again.
 */
import { once } from "node:events";
import type { AddressInfo, Server, Socket } from "node:net";
import { Server as TlsServer } from "node:tls";
import { create_container, type EventContext, message, type Sender, types } from "rhea";
import {
  firstFrom,
  hubProperties,
  notFound,
  offsetOf,
  type Partition,
  partitionProperties,
  type Refusal,
  startOf,
} from "./hub-parts.js";

interface Reader {
  sender: Sender;
  partition: number;
  /** The sequence number of the next event that is sent. */
  at: number;
  /** Events given to the link so far: it counts its credit down only as they leave. */
  given: number;
}

export class Hub {
  readonly name: string;
  readonly consumerGroup: string;
  /** Changed by `recreate`. */
  createdOn: Date;
  partitions: Partition[];
  /** Refuses tokens with this status. */
  tokenStatus = 202;
  /** Refuses links to partitions. */
  refusal: Refusal | undefined;
  /** Answers no request to $management. */
  mute = false;
  /** Events that a link may send before something happens to it, once. */
  fault: { after: number; what: "drop" | "detach" | "silence" | "skip"; error?: Refusal } | undefined;
  /** Links begin so many events before what was asked for. */
  overlap = 0;
  /** What was seen. */
  readonly seen = { connections: 0, links: 0, refused: 0, sent: 0, requests: 0, tokens: 0, mostCredit: 0 };
  readonly #readers = new Set<Reader>();
  readonly #replies = new Map<string, Sender>();
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;

  constructor(server: Server, partitions: number, name: string, consumerGroup: string) {
    this.#server = server;
    this.name = name;
    this.consumerGroup = consumerGroup;
    this.createdOn = new Date("2026-01-02T03:04:05Z");
    this.partitions = Array.from({ length: partitions }, () => ({ events: [], next: 0 }));
    server.on("connection", (socket) => {
      this.seen.connections++;
      this.#sockets.add(socket);
      socket.on("close", () => this.#sockets.delete(socket));
    });
  }

  /** By name where there is TLS: newer versions of Node take no address as the name of a server. */
  get host(): string {
    const name = this.#server instanceof TlsServer ? "localhost" : "127.0.0.1";
    return `${name}:${(this.#server.address() as AddressInfo).port}`;
  }

  get connectionString(): string {
    return `Endpoint=sb://${this.host};SharedAccessKeyName=reader;SharedAccessKey=cGxhbnRlZCBrZXk=;UseDevelopmentEmulator=true`;
  }

  /** Links that read a partition now. */
  get readers(): number {
    const socketOf = ({ sender }: Reader) => (sender.connection as unknown as { socket?: Socket }).socket;
    return [...this.#readers].filter((reader) => socketOf(reader)?.destroyed === false).length;
  }

  /** Connections that are open now. */
  get connected(): number {
    return this.#sockets.size;
  }

  /** Appends an event; a string or bytes are a data section as producers send it, anything else is encoded as it is. */
  send(partition: number, body: unknown): void {
    const { events, next } = this.partitions[partition];
    const data = typeof body === "string" ? Buffer.from(body) : body;
    events.push({ sequence: next, body: Buffer.isBuffer(data) ? message.data_section(data) : data });
    this.partitions[partition].next++;
    for (const reader of this.#readers) this.#pump(reader);
  }

  /** Retention removes the events below a sequence number. */
  expire(partition: number, before: number): void {
    const held = this.partitions[partition];
    held.events = held.events.filter(({ sequence }) => sequence >= before);
  }

  /** The hub is deleted and made again under its name: readers are detached. */
  recreate(): void {
    this.createdOn = new Date(this.createdOn.getTime() + 60_000);
    this.partitions = this.partitions.map(() => ({ events: [], next: 0 }));
    for (const { sender } of this.#readers) sender.close({ condition: "amqp:link:detach-forced" });
    this.#readers.clear();
  }

  /** Drops all connections. */
  drop(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async close(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = once(this.#server, "close");
    this.#server.close();
    this.drop();
    await closed;
  }

  /** @internal A link on which the client receives. */
  opened(sender: Sender): void {
    const { address, filter } = sender.source as unknown as { address: string; filter?: Record<string, unknown> };
    if (address === "$cbs" || address === "$management") {
      this.#replies.set(sender.name, sender);
      return;
    }
    const [, group, id] = /\/ConsumerGroups\/([^/]+)\/Partitions\/(\d+)$/.exec(address) ?? [];
    const partition = this.partitions[Number(id)];
    const unknown = group?.toLowerCase() !== this.consumerGroup.toLowerCase() || partition === undefined;
    const refusal = unknown ? { condition: "amqp:not-found", description: notFound(address) } : this.refusal;
    if (refusal !== undefined) {
      this.seen.refused++;
      sender.close(refusal);
      return;
    }
    const reader = { sender, partition: Number(id), at: Math.max(0, startOf(filter) - this.overlap), given: 0 };
    this.seen.links++;
    this.#readers.add(reader);
    sender.on("sendable", () => this.#pump(reader));
    for (const gone of ["sender_close", "session_close"]) sender.on(gone, () => this.#readers.delete(reader));
    sender.connection.setMaxListeners(0); // one a link, and there are many links in the life of a connection
    sender.connection.on("disconnected", () => this.#readers.delete(reader));
  }

  /** @internal A message to $cbs or $management. */
  asked({ message: request, connection }: EventContext): void {
    const { operation, type, name, partition } = request!.application_properties ?? {};
    const reply = this.#replies.get(request!.reply_to!);
    const answer = (status: number, body: unknown, description = "") =>
      reply?.send({
        correlation_id: request!.message_id as string,
        application_properties: { "status-code": status, "status-description": description },
        body,
      });
    if (operation === "put-token") {
      this.seen.tokens++;
      answer(this.tokenStatus, undefined, this.tokenStatus === 202 ? "Accepted" : "Unauthorized access.");
      return;
    }
    this.seen.requests++;
    if (this.mute || connection === undefined) return;
    if (name !== this.name) answer(404, undefined, notFound(String(name)));
    else if (type === "com.microsoft:eventhub") answer(200, hubProperties(this));
    else answer(200, partitionProperties(this, Number(partition)));
  }

  /** Sends what the link has credit for. */
  #pump(reader: Reader): void {
    const { sender, partition } = reader;
    const { credit, delivery_count } = sender as unknown as { credit: number; delivery_count: number };
    const last = delivery_count + credit;
    this.seen.mostCredit = Math.max(this.seen.mostCredit, last - reader.given);
    const { events } = this.partitions[partition];
    while (this.#readers.has(reader) && reader.given < last && sender.sendable()) {
      const event = events[firstFrom(events, reader.at)];
      if (event === undefined) return;
      const struck = this.#strikes(reader);
      if (struck && struck !== "skip") return;
      reader.at = event.sequence + 1;
      if (struck === "skip") continue;
      reader.given++;
      this.seen.sent++;
      sender.send({
        body: event.body,
        message_annotations: {
          "x-opt-sequence-number": types.wrap_long(event.sequence),
          "x-opt-offset": String(offsetOf(event.sequence)),
          "x-opt-enqueued-time": types.wrap_timestamp(this.createdOn.getTime()),
        },
      });
    }
  }

  /** The fault that is due; it happens once, but for silence. */
  #strikes(reader: Reader): string | undefined {
    const { fault } = this;
    if (fault === undefined || fault.after-- > 0) return undefined;
    const { what, error } = fault;
    if (what === "silence") return what;
    this.fault = undefined;
    if (what === "skip") return what;
    this.#readers.delete(reader);
    if (what === "detach") reader.sender.close(error);
    else this.drop();
    return what;
  }
}

/** Starts a hub on loopback. Close it. */
export async function startHub({
  partitions = 1,
  name = "am-securityevent",
  consumerGroup = "$Default",
  tls,
}: {
  partitions?: number;
  name?: string;
  consumerGroup?: string;
  /** In PEM; without it the hub speaks plain AMQP, as the emulator does. */
  tls?: { key: string; cert: string };
} = {}): Promise<Hub> {
  const container = create_container();
  const server = container.listen({
    host: "127.0.0.1",
    port: 0,
    ...(tls && { transport: "tls" as const, ...tls }),
  }) as unknown as Server;
  await once(server, "listening");
  const hub = new Hub(server, partitions, name, consumerGroup);
  container.on("sender_open", ({ sender }: EventContext) => {
    sender!.set_source(sender!.source);
    sender!.set_target(sender!.target);
    hub.opened(sender!);
  });
  container.on("receiver_open", ({ receiver }: EventContext) => {
    receiver!.set_source(receiver!.source);
    receiver!.set_target(receiver!.target);
  });
  container.on("message", (context: EventContext) => hub.asked(context));
  for (const problem of [
    "disconnected",
    "protocol_error",
    "connection_error",
    "session_error",
    "sender_error",
    "receiver_error",
    "error",
  ])
    container.on(problem, () => {});
  return hub;
}
