import { Command } from "commander";
import { version } from "../base/version.js";
import { countCommand } from "./commands/count.js";
import { demoCommand } from "./commands/demo.js";
import { deployCommand } from "./commands/deploy.js";
import { doctorCommand } from "./commands/doctor.js";
import { evaluateCommand } from "./commands/evaluate.js";
import { reportCommand } from "./commands/report.js";
import { runCommand } from "./commands/run.js";
import { scoreCommand } from "./commands/score.js";
import { trainCommand } from "./commands/train.js";
import { watchCommand } from "./commands/watch.js";
import type { Context } from "./context.js";
import type { AzureFlags } from "./options/azure.js";
import { type CommonOptions, commonOptions } from "./options/common.js";
import { applySettings } from "./settings.js";

/** Adds a command to the program. */
export type AddCommand = (program: Command, context: Context) => Command;

/** All commands, in the order of the help. */
const commands: readonly AddCommand[] = [
  demoCommand,
  trainCommand,
  scoreCommand,
  reportCommand,
  evaluateCommand,
  countCommand,
  runCommand,
  watchCommand,
  deployCommand,
  doctorCommand,
];

/** What commander would have printed, collected: whoever runs the program decides where it goes. */
export interface Printed {
  text: string;
}

export function createProgram(context: Context, printed: Printed): Command {
  const print = (text: string) => {
    printed.text += text;
  };
  const program = new Command("byoml")
    .description("Finds unusual resource accesses in exports of Microsoft Sentinel and Log Analytics, on this machine.")
    .version(version, "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .helpCommand("help [command]", "print the help of a command")
    .usage("<command> [options]")
    .configureHelp({ showGlobalOptions: true, helpWidth: context.io.stdout.columns })
    .configureOutput({
      writeOut: print,
      writeErr: print,
      outputError: () => {},
    })
    .exitOverride()
    .addHelpText("after", walk);
  commonOptions(program);
  for (const add of commands) add(program, context);
  program.hook("preAction", async (_, command) => {
    await applySettings(command, context.io, context.origins);
    const { json, quiet, auth, cloud } = command.optsWithGlobals<CommonOptions & AzureFlags>();
    context.json = json ?? context.json;
    context.quiet = quiet ?? false;
    context.azure = { auth, cloud };
  });
  return program;
}

const walk = `
The walk:
  byoml demo                                           try it on generated data
  byoml train exports/ --model model                   learn who uses what
  byoml score new/ --model model --out scores.csv      score new accesses
  byoml report new/ --model model --out report.html    look at the unusual ones
  byoml evaluate exports/                              how good is it on your data
  byoml count exports/ --out counts.parquet            who used what on which day

The schedule:
  byoml deploy --out azure                             files that set up Azure and Sentinel
  byoml doctor --azure ...                             whether rights and rule are right
  byoml run az://acme/SecurityEvent --state state ...  one cycle: read, learn, score, deliver
  byoml watch ...                                      cycles at an interval

Every flag has a variable (--max-iter is BYOML_MAX_ITER) and a setting in
byoml.config.json ("maxIter"); flags win over variables, variables over the file.

With --json standard output is one JSON document; an error is one too:
{code, message, hint, details}. Where standard output carries rows (score --out -),
it stays free for them and the error goes to standard error.

Exit codes: 0 done, 1 internal, 2 usage or configuration, 3 bad input data,
4 permission, 5 remote trouble (safe to retry), 6 partly delivered,
130 interrupted.
`;
