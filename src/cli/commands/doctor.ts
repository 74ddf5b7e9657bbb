import type { Command } from "commander";
import type { ErrorKind } from "../../base/errors.js";
import { type AzureDoctorFlags, checkAzure } from "../azure-doctor.js";
import { type Check, checks } from "../checks.js";
import type { Context } from "../context.js";
import { exitCodes } from "../exit.js";
import { azureOptions } from "../options/azure.js";
import { dryRunOption } from "../options/common.js";

interface DoctorFlags extends AzureDoctorFlags {
  azure?: boolean;
  dryRun?: boolean;
}

const details = `
With --azure, or with anything else of Azure named, it also gets a token, lists and reads each container, tries
the state store with a blob that it deletes again (not with --dry-run), and sends no rows by the data collection
rule, which stores nothing.

Exits with 0 when byoml can run here, with 1 where this machine lacks something, and where Azure does with the
code of the first failure: 4 permission, 5 remote trouble, 2 configuration.

Example:
  byoml doctor
  byoml doctor --azure az://acme/SecurityEvent --state az://acme/byoml/state --endpoint https://….ingest.monitor.azure.com --rule-id dcr-…
`;

export function doctorCommand(program: Command, context: Context): Command {
  const command = program
    .command("doctor")
    .description("Check that this machine can run byoml, and print what a bug report needs.")
    .argument("[address...]", "containers and event hubs that will be read, such as az://acme/SecurityEvent")
    .option("--azure", "check the way to Azure too: credential, roles, containers, data collection rule, clock")
    .option("--state <place>", "the folder or container of the schedule's state")
    .option("--endpoint <url>", "the logs ingestion endpoint of the data collection rule")
    .option("--rule-id <id>", "the rule's immutable id, dcr-…")
    .option("--stream <name>", "its stream (default: Custom-AnomalousResourceAccessResult)")
    .addHelpText("after", details)
    .action((addresses: string[], flags: DoctorFlags) => doctor(context, addresses, flags));
  return azureOptions(dryRunOption(command));
}

const marks = { ok: "✓", note: "·", failed: "✗" } as const;

async function doctor(context: Context, addresses: string[], flags: DoctorFlags): Promise<void> {
  const writes = !flags.dryRun;
  const { state, endpoint, ruleId, stream, auth, cloud } = flags;
  const azure = flags.azure || addresses.length > 0 || [state, endpoint, ruleId, stream, auth, cloud].some(Boolean);
  const remote = azure ? await checkAzure(context, addresses, flags, writes) : [];
  const local = await checks({ writes });
  const list: (Check & { kind?: ErrorKind })[] = [...local, ...remote];
  const broken = list.filter(({ state }) => state === "failed");
  const [first] = broken;
  if (first) context.exitCode = exitCodes[first.kind ?? "internal"];
  const usable = local.every(({ state }) => state !== "failed");
  const verdict = !usable
    ? "byoml cannot run here: see the lines marked ✗."
    : first
      ? "byoml can run here, but not with Azure as asked: see the lines marked ✗."
      : azure
        ? "byoml can run here, and with Azure as asked."
        : "byoml can run here.";
  const document = { usable: first === undefined, checks: list };
  await context.result(document, `${list.map(line).join("")}\n${verdict}\n`);
}

function line({ name, state, found, hint }: Check): string {
  return `${marks[state]} ${name}: ${found}${hint ? `. ${hint}` : ""}\n`;
}
