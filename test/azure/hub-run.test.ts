import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, it } from "vitest";
import { event } from "../ingest/helpers.js";
import { certificate } from "./certificate.js";
import { byomlChild } from "./child.js";
import { type Hub, startHub } from "./hub.js";

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** Two departments that use what is theirs, and an access across. */
function sendAccesses(hub: Hub, partition: number, crossing: string[]): void {
  const records = [];
  for (let n = 0; n < 40; n++)
    records.push(event({ Account: `user${n % 10}`, ShareName: `\\\\*\\${n % 2 ? "eng" : "hr"}${(n * 3) % 5}` }));
  for (const Account of crossing) records.push(event({ Account, ShareName: "\\\\*\\secret" }));
  for (const record of records) hub.send(partition, JSON.stringify({ records: [record] }));
}

it("byoml run reads a hub over TLS, and in the next cycle what came since", async () => {
  const { key, cert } = await certificate();
  const hub = await startHub({ partitions: 2, tls: { key, cert } });
  closing.push(() => hub.close());
  const folder = mkdtempSync(join(tmpdir(), "byoml-hub-"));
  closing.push(() => rmSync(folder, { recursive: true }));
  const connection = `Endpoint=sb://${hub.host};SharedAccessKeyName=reader;SharedAccessKey=cGxhbnRlZCBrZXk=`;
  const flags = ["--state", join(folder, "state"), "--results", join(folder, "results"), "--json"];
  const run = async () => {
    const argv = ["run", `eventhub://${hub.host}/SecurityEvent`, ...flags];
    const { code, out, err } = await byomlChild(argv, { AZURE_EVENTHUB_CONNECTION_STRING: connection }, cert);
    expect([code, err]).toEqual([0, expect.not.stringMatching(/cGxhbnRlZCBrZXk/)]);
    return JSON.parse(out);
  };
  sendAccesses(hub, 0, []);
  sendAccesses(hub, 1, []);
  expect(await run()).toMatchObject({ cycle: 1, read: { sources: 2, lost: 0, report: { counted: 80 } } });
  sendAccesses(hub, 1, ["user3"]);
  expect(await run()).toMatchObject({
    ...{ cycle: 2, read: { sources: 1, lost: 0, report: { counted: 41 } }, score: { rows: 1 } },
  });
  expect(await run()).toMatchObject({ cycle: 3, read: { sources: 0, report: null } });
  const [result] = readdirSync(join(folder, "results"));
  const [row] = readFileSync(join(folder, "results", result), "utf8").split("\n");
  expect(JSON.parse(row)).toMatchObject({ Actor: "user3", Resource: "\\\\*\\secret" });
});
