/*
 * How far partitions were read, as the Event Hubs clients keep it in a container of blobs, so that others can go on from there and see
 * how far behind we are. It is a courtesy: what counts is the schedule's own state.
 */
import type { Checkpoint } from "@azure/event-hubs";
import type { ContainerClient } from "@azure/storage-blob";
import { azureError } from "./errors.js";
import type { HubAddress } from "./hub-address.js";
import { optional } from "./hub-client.js";

/** The last event that was read of a partition. */
export interface Place {
  readonly sequenceNumber: number;
  readonly offset: string;
}

export class HubCheckpoints {
  readonly #container: ContainerClient;
  readonly #address: HubAddress;

  constructor(container: ContainerClient, address: HubAddress) {
    this.#container = container;
    this.#address = address;
  }

  /** The last events that were read, by partition. */
  async read(signal?: AbortSignal): Promise<ReadonlyMap<string, Place>> {
    const { namespace, hub, consumerGroup } = this.#names();
    const store = await this.#store();
    try {
      const found = await store.listCheckpoints(namespace, hub, consumerGroup, { abortSignal: signal });
      return new Map(found.map(({ partitionId, sequenceNumber, offset }) => [partitionId, { sequenceNumber, offset }]));
    } catch (error) {
      signal?.throwIfAborted();
      throw azureError(error, `reading checkpoints in the container ${this.#container.containerName}`);
    }
  }

  async write(partition: string, { sequenceNumber, offset }: Place): Promise<void> {
    const { namespace, hub, consumerGroup } = this.#names();
    const names = { fullyQualifiedNamespace: namespace, eventHubName: hub, consumerGroup };
    const checkpoint: Checkpoint = { ...names, partitionId: partition, sequenceNumber, offset };
    const store = await this.#store();
    try {
      await store.updateCheckpoint(checkpoint);
    } catch (error) {
      throw azureError(error, `writing a checkpoint to the container ${this.#container.containerName}`);
    }
  }

  /** As the clients call them: without the port. */
  #names() {
    const { host, hub, consumerGroup } = this.#address;
    return { namespace: host.replace(/:\d+$/, ""), hub, consumerGroup };
  }

  async #store() {
    const { BlobCheckpointStore } = await optional(() => import("@azure/eventhubs-checkpointstore-blob"));
    return new BlobCheckpointStore(this.#container);
  }
}
