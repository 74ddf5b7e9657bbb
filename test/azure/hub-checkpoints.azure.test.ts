import { BlobCheckpointStore } from "@azure/eventhubs-checkpointstore-blob";
import { BlobServiceClient } from "@azure/storage-blob";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { errorOf } from "../ingest/helpers.js";
import { startAzurite } from "./azurite.js";
import { accessesOf, envelope, hubOf, originOf, sliceOf, users } from "./hub-helpers.js";

let azurite: Awaited<ReturnType<typeof startAzurite>>;
beforeAll(async () => {
  azurite = await startAzurite();
});
afterAll(() => azurite?.close());

let containers = 0;
const newContainer = async () => {
  const client = BlobServiceClient.fromConnectionString(azurite.connectionString).getContainerClient(
    `checkpoints${containers++}`,
  );
  await client.create();
  return client;
};

describe("checkpoints of an event hub", () => {
  it("are written once what was read is committed, as other clients read them", async () => {
    const hub = await hubOf({ partitions: 2 });
    for (const user of users(5)) hub.send(0, envelope(user));
    const checkpoints = await newContainer();
    const origin = originOf(hub, { checkpoints });
    const store = new BlobCheckpointStore(checkpoints);
    const written = () => store.listCheckpoints("127.0.0.1", hub.name, "$Default");
    const slices = (await origin.list()).filter(({ length }) => length > 0).map((listed) => sliceOf(listed));
    await accessesOf(origin, slices);
    expect(await written()).toEqual([]);
    await origin.committed(slices);
    expect(await written()).toMatchObject([{ partitionId: "0", sequenceNumber: 4, offset: "16384" }]);
  });

  it("are written by the process that goes on after the one that read", async () => {
    const hub = await hubOf();
    for (const user of users(5)) hub.send(0, envelope(user));
    const checkpoints = await newContainer();
    const [listed] = await originOf(hub).list();
    await originOf(hub, { checkpoints }).committed([sliceOf(listed)]);
    const found = await new BlobCheckpointStore(checkpoints).listCheckpoints("127.0.0.1", hub.name, "$Default");
    expect(found).toMatchObject([{ sequenceNumber: 4, offset: "16384" }]);
  });

  it("are where a first reading begins", async () => {
    const hub = await hubOf();
    for (const user of users(5)) hub.send(0, envelope(user));
    const checkpoints = await newContainer();
    await originOf(hub, { checkpoints }).committed([sliceOf((await originOf(hub).list())[0])]);
    for (const user of users(3, 5)) hub.send(0, envelope(user));
    const origin = originOf(hub, { checkpoints });
    const [listed] = await origin.list();
    expect([listed.first, listed.length]).toEqual([5, 8]);
    const { seen } = await accessesOf(origin, [sliceOf(listed)]);
    expect([...seen.keys()].sort()).toEqual(users(3, 5));
    expect(origin.lost).toEqual([]);
  });

  it("of a hub that was deleted since do not count", async () => {
    const hub = await hubOf();
    for (const user of users(5)) hub.send(0, envelope(user));
    const checkpoints = await newContainer();
    const origin = originOf(hub, { checkpoints });
    await origin.committed([sliceOf((await origin.list())[0])]);
    hub.recreate();
    hub.send(0, envelope("ann"));
    const [listed] = await origin.list();
    expect([listed.first, listed.length]).toEqual([0, 1]);
  });

  it("of a hub that was deleted since do not count where it is known that it was, though it is longer by now", async () => {
    const hub = await hubOf();
    for (const user of users(5)) hub.send(0, envelope(user));
    const checkpoints = await newContainer();
    const origin = originOf(hub, { checkpoints });
    const [{ length, created, etag, ...listed }] = await origin.list();
    await origin.committed([sliceOf({ length, created, etag, ...listed })]);
    hub.recreate();
    for (const user of users(9)) hub.send(0, envelope(user));
    const [again] = await origin.list({ known: () => ({ created, etag, read: length }) });
    expect([again.first, again.length]).toEqual([0, 9]);
  });

  it("in a container that is not there are an error that names it", async () => {
    const hub = await hubOf();
    const client = BlobServiceClient.fromConnectionString(azurite.connectionString).getContainerClient("missing");
    const error = await errorOf(originOf(hub, { checkpoints: client }).list());
    expect(error).toMatchObject({ kind: "usage", message: expect.stringContaining("the container missing") });
  });
});
