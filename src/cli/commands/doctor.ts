import type { Command } from "commander";
import { type Check, checks } from "../checks.js";
import type { Context } from "../context.js";
import { dryRunOption } from "../options/common.js";

export function doctorCommand(program: Command, context: Context): Command {
  const command = program
    .command("doctor")
    .description("Check that this machine can run byoml, and print what a bug report needs.")
    .addHelpText("after", "\nExits with 0 when byoml can run here, else with 1.\n\nExample:\n  byoml doctor\n")
    .action(({ dryRun }: { dryRun?: boolean }) => doctor(context, dryRun ?? false));
  return dryRunOption(command);
}

const marks = { ok: "✓", note: "·", failed: "✗" } as const;

async function doctor(context: Context, dryRun: boolean): Promise<void> {
  const list = await checks({ writes: !dryRun });
  const usable = list.every(({ state }) => state !== "failed");
  if (!usable) context.exitCode = 1;
  const verdict = usable ? "byoml can run here." : "byoml cannot run here: see the lines marked ✗.";
  await context.result({ usable, checks: list }, `${list.map(line).join("")}\n${verdict}\n`);
}

function line({ name, state, found, hint }: Check): string {
  return `${marks[state]} ${name}: ${found}${hint ? `. ${hint}` : ""}\n`;
}
