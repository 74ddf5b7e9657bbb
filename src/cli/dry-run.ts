import type { AccessTable } from "../interactions/accesses.js";
import { pairsOf } from "../interactions/pairs.js";
import type { Context } from "./context.js";
import type { ReadPlan } from "./engine.js";
import { count, counted, size } from "./format.js";
import type { ReadingOptions } from "./options/reading.js";
import { planDocument, planText, readInputs } from "./reading.js";

/** What a training would hold in shared memory, in bytes, given how much there is. */
export type MemoryOf = (shape: { users: number; resources: number; accesses: number }) => Promise<number>;

/**
 * `--dry-run`: reads the inputs, which changes nothing, and says what the command would work on and what it would do with it.
 *
 * @param intent    one sentence: what would be written, and where
 * @param document  the same for `--json`
 * @param memoryOf  for commands that train
 */
export async function dryRun(
  context: Context,
  plan: ReadPlan,
  options: ReadingOptions & { threads?: number },
  intent: string,
  document: Record<string, unknown>,
  memoryOf?: MemoryOf,
): Promise<void> {
  const { table, report } = await readInputs(context, plan, options);
  const shape = shapeOf(table);
  const memoryInBytes = await memoryOf?.(shape);
  const text =
    `${await planText(plan, context.io.stdout.columns)}` +
    `${count(report.counted)} of ${counted(report.lines, "record")} would count: ` +
    `${counted(shape.accesses, "distinct access", "distinct accesses")} of ${counted(shape.users, "user")} to ` +
    `${counted(shape.resources, "resource")} in ${counted(shape.tenants, "tenant")}\n` +
    `${memoryInBytes === undefined ? "" : `training would hold ${size(memoryInBytes)} of shared memory\n`}` +
    `${intent} Nothing was changed.\n`;
  await context.result(
    {
      dryRun: true,
      plan: planDocument(plan),
      reading: report,
      ...shape,
      memoryInBytes: memoryInBytes ?? null,
      ...document,
    },
    text,
  );
}

function shapeOf(table: AccessTable): { tenants: number; users: number; resources: number; accesses: number } {
  return {
    tenants: table.tenants.size,
    users: table.users.size,
    resources: table.resources.size,
    accesses: pairsOf(table).length,
  };
}
