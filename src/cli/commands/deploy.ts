import type { Command } from "commander";
import { ByomlError } from "../../base/errors.js";
import { inert } from "../../base/text.js";
import type { DeployFile } from "../../deploy/files.js";
import type { Context } from "../context.js";
import type { Given } from "../deploy/ask.js";
import type { FolderPlan } from "../deploy/plan.js";
import { type CommonOptions, dryRunOption } from "../options/common.js";
import { deployOptions } from "../options/deploy.js";
import { required } from "../required.js";

interface DeployFlags extends Given {
  out?: string;
  force?: boolean;
  dryRun?: boolean;
}

const example =
  "byoml deploy --out azure --subscription 01234567-89ab-cdef-0123-456789abcdef --resource-group security --workspace siem --storage-account siemexport";

const details = `
Writes the files that set up everything around byoml in Azure, and changes
nothing there: the data export, the table with its data collection rule and
roles, an analytics rule, hunting queries and a workbook for Sentinel, and three
ways to run byoml on a schedule. Templates are there as ARM JSON and as Bicep.
README.md in the folder says what to do with them, what that changes and costs,
and how to undo it.

On a terminal it asks, when a required flag is missing. The same answers give
the same files; a file that was changed by hand is not overwritten without
--force.

Example:
  ${example}
  byoml deploy --out azure               asks for what it needs
`;

export function deployCommand(program: Command, context: Context): Command {
  const command = program
    .command("deploy")
    .description(
      "Write what sets up Azure and Sentinel for byoml: scripts, ARM and Bicep templates, queries, schedules.",
    )
    .option("--out <folder>", "a new or empty folder, or one that this command wrote (required)")
    .option("--force", "overwrite files that were changed by hand, too")
    .addHelpText("after", details)
    .action((options: DeployFlags, self: Command) => deploy(context, options, self.optsWithGlobals<CommonOptions>()));
  dryRunOption(command);
  return deployOptions(command);
}

async function deploy(context: Context, options: DeployFlags, { input }: CommonOptions): Promise<void> {
  const out = required(options.out, "--out", example);
  const [{ complete }, { filesOf }, { planFolder }] = await Promise.all([
    import("../deploy/ask.js"),
    import("../../deploy/files.js"),
    import("../deploy/plan.js"),
  ]);
  await planFolder(out, context.io.cwd, []); // says what is wrong with the folder before anything is asked
  const answers = await complete(options, context.io, input);
  const files = filesOf(answers);
  const plan = await planFolder(out, context.io.cwd, files);
  const changed = [...plan.states].filter(([, state]) => state === "changed").map(([path]) => path);
  if (changed.length > 0 && !options.force && !options.dryRun)
    throw new ByomlError("usage", `${inert(out)}: changed by hand since they were written: ${changed.join(", ")}`, {
      hint: "Keep your changes elsewhere and use --force, or name another folder.",
      details: { out, changed },
    });
  if (!options.dryRun) {
    const { writeFolder } = await import("../deploy/write.js");
    await writeFolder(plan, files, context.io.signal);
  }
  await tell(context, out, plan, files, options);
}

async function tell(
  context: Context,
  out: string,
  { states }: FolderPlan,
  files: readonly DeployFile[],
  { dryRun = false, force = false }: DeployFlags,
): Promise<void> {
  const list = [...states].map(([path, state]) => ({ path, state }));
  const told = list
    .map(({ path, state }) => `${(state === "changed" && force ? "overwritten" : state).padEnd(11)} ${path}\n`)
    .join("");
  const left = list.filter(({ state }) => state === "left").map(({ path }) => path);
  if (left.length > 0)
    await context.warn(`changed by hand and not used any more, left as they are: ${left.join(", ")}`);
  const inTheWay = !force && list.some(({ state }) => state === "changed");
  const end = dryRun
    ? `${inTheWay ? "Files were changed by hand: it would be refused without --force.\n" : ""}${files.length} files would be in ${inert(out)}; nothing was written.\n`
    : `${files.length} files are in ${inert(out)}. Nothing in Azure was changed: README.md there says what to do next.\n`;
  await context.result({ out, dryRun, files: list }, told + end);
}
