import type { Command } from "commander";
import { type Check, checks } from "../checks.js";
import type { Context } from "../context.js";

export function doctorCommand(program: Command, context: Context): Command {
  return program
    .command("doctor")
    .description("Check that this machine can run byoml, and print what a bug report needs.")
    .addHelpText("after", "\nExits with 0 when byoml can run here, else with 1.\n\nExample:\n  byoml doctor\n")
    .action(() => doctor(context));
}

const marks = { ok: "✓", note: "·", failed: "✗" } as const;

async function doctor(context: Context): Promise<void> {
  const list = await checks();
  const usable = list.every(({ state }) => state !== "failed");
  if (!usable) context.exitCode = 1;
  const verdict = usable ? "byoml can run here." : "byoml cannot run here: see the lines marked ✗.";
  await context.result({ usable, checks: list }, `${list.map(line).join("")}\n${verdict}\n`);
}

function line({ name, state, found, hint }: Check): string {
  return `${marks[state]} ${name}: ${found}${hint ? `. ${hint}` : ""}\n`;
}
