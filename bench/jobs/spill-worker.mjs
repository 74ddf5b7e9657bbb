/* A thread that counts pairs as a reader's worker does, and writes a run when its share of the pairs is full. */
import { parentPort, workerData } from "node:worker_threads";
import { writeRun } from "../../dist/spill/run.js";
import { pairsOf, resourceName, TENANT, userName } from "../data/pairs.mjs";

const NAME_BYTES = 48;
const { sizes, folder, share } = workerData;
const { users, resources, userOf, resourceOf, dayOf, weightOf } = pairsOf(sizes);
// All arrays are made once: a thread that makes new ones for every run holds garbage of several.
const placeOfUser = new Int32Array(users);
const placeOfResource = new Int32Array(resources);
const column = () => new Int32Array(share);
const columns = { tenant: column(), user: column(), resource: column(), day: column() };
const weight = new Float64Array(share);
const most = Math.min(2 * share, users + resources) + 1;
const bytes = Buffer.from(new ArrayBuffer(most * NAME_BYTES));
const ends = new Uint32Array(most);

parentPort.on("message", ({ run, first }) => {
  const length = Math.min(share, sizes.pairs - first);
  parentPort.postMessage({ run, written: writeRun(folder, `run-${run}`, part(first, length)) });
});

function part(first, length) {
  placeOfUser.fill(-1);
  placeOfResource.fill(-1);
  let count = 0;
  let end = 0;
  const add = (name) => {
    end += bytes.latin1Write(name, end);
    ends[count] = end;
    return count++;
  };
  const tenant = add(TENANT);
  for (let n = 0; n < length; n++) {
    const user = userOf(first + n);
    const resource = resourceOf(first + n, user);
    if (placeOfUser[user] < 0) placeOfUser[user] = add(userName(user));
    if (placeOfResource[resource] < 0) placeOfResource[resource] = add(resourceName(resource));
    columns.tenant[n] = tenant;
    columns.user[n] = placeOfUser[user];
    columns.resource[n] = placeOfResource[resource];
    columns.day[n] = dayOf(first + n);
    weight[n] = weightOf(user);
  }
  return {
    names: { bytes: bytes.subarray(0, end), ends: ends.subarray(0, count) },
    ...{ ...columns, weight, length },
    repeats: { row: new Int32Array(0), weight: new Float64Array(0) },
    recordIds: { ids: new Uint32Array(0), access: new Int32Array(0) },
  };
}
