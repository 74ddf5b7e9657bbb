/*
 * The lock of a store in blobs: leases of the two blobs that the state is saved in, both under one id.
 *
 *   - Every save of a state carries the lease's id. The service refuses it when another lease is there (LeaseIdMismatch), when the lease
 *     ran out (LeaseLost) and when it was given back (LeaseNotPresent). So who lost the lock can never commit a state, however late its
 *     request arrives; no clock is part of that argument.
 *   - A save that arrives while the lease is held is there before the next holder reads the state: it reads after it has the lease.
 *   - All other objects are written without a lease, as leasing each would take requests more for each. They are written, and removed,
 *     under the condition that what is there is what the writer found there; the service refuses one that is on its way after the next
 *     holder has written that object. So what a state names is not changed behind its back, as long as no object that a state names is
 *     written again; what no state names is harmless. Appends are made at the position that the writer knows: one that is on its way is
 *     refused, or makes the holder's next append fail, and the cycle after that finds it.
 *   - To keep even these few: the holder counts its lease as lost some seconds before the service may give it to another, by a clock
 *     that nobody sets and from the moment before it asked for it, and gives up all requests then.
 *
 * `lock.json` tells others who holds the lock, and changes with every renewal. It decides nothing but whom an error names, whether it is
 * worth to wait, and that the lease of a dead process of this machine can be given back in its name: by its id, so no other lease is.
 */

import { setTimeout as sleep } from "node:timers/promises";
import type { BlobLeaseClient, BlockBlobClient } from "@azure/storage-blob";
import { heldError, LostLockError } from "../runs/lost-lock.js";
import { describeOwner, livenessOf, newOwner, type Owner, type Place, parseOwner } from "../runs/owner.js";
import { stateSlots } from "../runs/state.js";
import type { Lock } from "../runs/store.js";
import { blobError, statusOf } from "./blob-errors.js";
import { type BlobPlace, placeholder } from "./blob-objects.js";
import { isLeaseRefusal, isNotFound } from "./store-requests.js";
import { bounded } from "./watch.js";

export interface LeaseTimes {
  /** Length of the lease, 15 to 60 s, as the service has it. */
  leaseInS: number;
  /** How long before its end the lease counts as lost. */
  marginInMs: number;
  /** Milliseconds by a clock that nobody sets. */
  now: () => number;
  /** Where this process is. */
  place?: Place;
}

export const leaseTimes: LeaseTimes = { leaseInS: 60, marginInMs: 5_000, now: () => performance.now() };

interface Holder {
  owner: Owner | null;
  etag: string;
}

export class BlobHold implements Lock {
  readonly #lost = new AbortController();
  readonly #leases: readonly BlobLeaseClient[];
  readonly #info: BlockBlobClient;
  #deadline = 0;
  #renewing: NodeJS.Timeout | undefined;
  #ending: NodeJS.Timeout | undefined;
  #beats = 0;

  private constructor(
    private readonly place: BlobPlace,
    private readonly owner: Owner,
    private readonly times: LeaseTimes,
  ) {
    const { container, prefix } = place;
    this.#leases = stateSlots.map((slot) =>
      container.getBlobClient(`${prefix}objects/${slot}`).getBlobLeaseClient(owner.token),
    );
    this.#info = container.getBlockBlobClient(`${prefix}lock.json`);
  }

  /** @throws ByomlError  remote, when another holds the lock */
  static async take(place: BlobPlace, times: LeaseTimes, options: { signal?: AbortSignal } = {}): Promise<BlobHold> {
    const hold = new BlobHold(place, newOwner(times.place), times);
    try {
      await hold.#acquire(options.signal);
      await hold.#tell(options.signal);
      return hold;
    } catch (error) {
      await hold.release();
      throw options.signal?.aborted ? options.signal.reason : blobError(error, `locking ${place.name}`, "write");
    }
  }

  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  /** The id that a state is saved under. */
  get lease(): string {
    return this.owner.token;
  }

  /** @throws LostLockError  when the lease is lost, or may be by now */
  check(): void {
    if (this.times.now() >= this.#deadline) this.lose();
    this.lost.throwIfAborted();
  }

  /** The service has said that the lease is not ours. */
  lose(): void {
    this.#stop();
    if (!this.lost.aborted) this.#lost.abort(new LostLockError(this.place.name));
  }

  async release(): Promise<void> {
    const held = !this.lost.aborted && this.times.now() < this.#deadline;
    this.#stop();
    if (held) await this.#quick((abortSignal) => this.#info.deleteIfExists({ abortSignal })).catch(() => {});
    // One that cannot be given back runs out by itself.
    for (const lease of this.#leases)
      await this.#quick((abortSignal) => lease.releaseLease({ abortSignal })).catch(() => {});
  }

  async #acquire(signal: AbortSignal | undefined): Promise<void> {
    const started = this.times.now();
    let first: Holder | null | undefined;
    let tried: string | undefined;
    for (;;) {
      await this.#makeSlots(signal);
      if (await this.#leaseBoth(signal)) return;
      const holder = await this.#holder(signal);
      const owner = holder?.owner ?? null;
      const liveness = owner === null ? "unknown" : livenessOf(owner, this.times.place);
      first ??= holder;
      const waited = this.times.now() - started;
      if (liveness === "alive" || holder?.etag !== first?.etag || waited > this.times.leaseInS * 1000 + 5_000)
        throw this.#held(owner);
      if (liveness === "dead" && owner !== null && owner.token !== tried) {
        tried = owner.token;
        await this.#giveBack(owner, signal);
      } else await sleep(1_000, undefined, { signal });
    }
  }

  #held(owner: Owner | null): Error {
    const details = owner && { host: owner.host, pid: owner.pid, since: owner.since };
    return heldError(this.place.name, describeOwner(owner), { holder: details });
  }

  /** There must be a blob to lease. */
  async #makeSlots(signal: AbortSignal | undefined): Promise<void> {
    const { container, prefix } = this.place;
    for (const slot of stateSlots)
      await this.#quick(
        (abortSignal) =>
          container
            .getBlockBlobClient(`${prefix}objects/${slot}`)
            .upload("", 0, { abortSignal, conditions: { ifNoneMatch: "*" }, metadata: placeholder }),
        signal,
      ).catch((error: unknown) => {
        if (statusOf(error) !== 409 && statusOf(error) !== 412) throw error; // it is there, leased or not
      });
  }

  async #leaseBoth(signal: AbortSignal | undefined): Promise<boolean> {
    const asked = this.times.now();
    for (const [index, lease] of this.#leases.entries())
      try {
        await this.#quick((abortSignal) => lease.acquireLease(this.times.leaseInS, { abortSignal }), signal);
      } catch (error) {
        if (statusOf(error) !== 409 && !isNotFound(error)) throw error;
        if (index > 0) await this.#quick((abortSignal) => this.#leases[0].releaseLease({ abortSignal }), signal);
        return false;
      }
    this.#extend(asked);
    const everyInMs = (this.times.leaseInS * 1000) / 4;
    this.#renewing = setInterval(() => void this.#renew(), everyInMs).unref();
    return true;
  }

  async #renew(): Promise<void> {
    const asked = this.times.now();
    try {
      for (const lease of this.#leases)
        await this.#quick((abortSignal) => lease.renewLease({ abortSignal }), this.lost);
      this.#extend(asked);
      await this.#tell(this.lost);
    } catch (error) {
      // Refused: it is another's. Anything else may pass before the lease ends.
      if (isLeaseRefusal(error) || isNotFound(error)) this.lose();
    }
  }

  /** @param asked  when the lease was asked for: it began then or later */
  #extend(asked: number): void {
    if (this.lost.aborted) return;
    this.#deadline = asked + this.times.leaseInS * 1000 - this.times.marginInMs;
    this.#awaitEnd();
  }

  #awaitEnd(): void {
    clearTimeout(this.#ending);
    const left = this.#deadline - this.times.now();
    if (left <= 0) this.lose();
    else this.#ending = setTimeout(() => this.#awaitEnd(), left).unref();
  }

  async #tell(signal: AbortSignal | undefined): Promise<void> {
    const text = JSON.stringify({ ...this.owner, beats: ++this.#beats });
    await this.#quick((abortSignal) => this.#info.upload(text, Buffer.byteLength(text), { abortSignal }), signal);
  }

  /** Null where nobody has told. */
  async #holder(signal: AbortSignal | undefined): Promise<Holder | null> {
    try {
      const { etag = "" } = await this.#quick((abortSignal) => this.#info.getProperties({ abortSignal }), signal);
      const text = await this.#quick(
        (abortSignal) => this.#info.downloadToBuffer(0, undefined, { abortSignal }),
        signal,
      );
      return { owner: parseOwner(text.toString()), etag };
    } catch (error) {
      if (isNotFound(error)) return null;
      throw error;
    }
  }

  /** Gives back the leases of a process that is gone. Those of anybody else have another id, and stay. */
  async #giveBack({ token }: Owner, signal: AbortSignal | undefined): Promise<void> {
    const { container, prefix } = this.place;
    for (const slot of stateSlots) {
      const lease = container.getBlobClient(`${prefix}objects/${slot}`).getBlobLeaseClient(token);
      await this.#quick((abortSignal) => lease.releaseLease({ abortSignal }), signal).catch((error: unknown) => {
        if (statusOf(error) !== 409) throw error;
      });
    }
  }

  /** A small request, which may take a quarter of the lease. */
  #quick<T>(send: (abortSignal: AbortSignal) => Promise<T>, signal?: AbortSignal): Promise<T> {
    const silenceInMs = (this.times.leaseInS * 1000) / 4;
    return bounded(send, `locking ${this.place.name}`, { signal, silenceInMs });
  }

  #stop(): void {
    clearInterval(this.#renewing);
    clearTimeout(this.#ending);
  }
}
