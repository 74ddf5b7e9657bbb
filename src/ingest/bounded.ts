import { hostBytes, tooLittle } from "../base/budget.js";
import { heldBytes } from "../base/process.js";
import type { AccessTable } from "../interactions/accesses.js";
import { Vocabulary } from "../interactions/vocabulary.js";
import { spillFolder } from "../spill/folder.js";
import { type CountedAccesses, mergeWhole } from "./count.js";
import { conclude, type ReadReport } from "./report.js";
import type { GrowingInput } from "./resume.js";
import type { Selection } from "./selection.js";
import type { InputPlan } from "./sources.js";
import { type ReadOptions, readWhole } from "./whole.js";

/** What a row of a table takes, and a name of some thirty characters with its place in a map. */
const ROW_BYTES = 24;
const NAME_BYTES = 160;

/** Reads a table within a budget: what outgrows it on the way is counted on disk, and the table must fit at the end. */
export async function readBounded(
  inputs: readonly (string | GrowingInput)[] | InputPlan,
  selection: Selection,
  options: ReadOptions,
): Promise<{ table: AccessTable; report: ReadReport }> {
  const folder = spillFolder(options.workFolder);
  try {
    const whole = await readWhole(inputs, selection, options, folder.path);
    const { merger, facts } = whole;
    if (!merger.spilled) {
      const { weightKind, report } = conclude(merger.counts, facts);
      return { table: { ...merger.finish(), weightKind }, report };
    }
    const { accesses, weightKind, report } = await mergeWhole(whole, folder, options);
    return { table: { ...(await load(accesses, options)), weightKind }, report };
  } finally {
    folder.remove();
  }
}

/** @throws OptionError  where the table does not fit */
async function load(accesses: CountedAccesses["accesses"], { memoryInBytes, signal }: ReadOptions) {
  const { rows, tenants: tenantCount, users: userCount, resources: resourceCount } = accesses;
  const needed = heldBytes() + hostBytes + ROW_BYTES * rows + NAME_BYTES * (tenantCount + userCount + resourceCount);
  if (needed > memoryInBytes!) throw tooLittleFor(accesses, needed, memoryInBytes!);
  const [tenants, users, resources] = [new Vocabulary(), new Vocabulary(), new Vocabulary()];
  const [tenant, user, resource, day] = Array.from({ length: 4 }, () => new Int32Array(rows));
  const weight = new Float64Array(rows);
  let at = 0;
  for await (const batch of accesses.batches({ signal })) {
    for (let n = 0; n < batch.length; n++, at++) {
      tenant[at] = tenants.add(batch.tenant[n]);
      user[at] = users.add(batch.user[n]);
      resource[at] = resources.add(batch.resource[n]);
    }
    day.set(batch.day, at - batch.length);
    weight.set(batch.weight, at - batch.length);
  }
  return { tenants, users, resources, tenant, user, resource, day, weight, length: rows };
}

function tooLittleFor({ rows, users, resources }: CountedAccesses["accesses"], needed: number, given: number) {
  const number = (value: number) => value.toLocaleString("en-US");
  const job = `for ${number(rows)} distinct accesses of ${number(users)} users and ${number(resources)} resources`;
  const hint = "Give it that much, read fewer days, or count them by way of the disk with byoml count.";
  return tooLittle(needed, given, job, hint);
}
