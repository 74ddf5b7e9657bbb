/*
 * A function app whose timer runs a cycle: the v4 programming model of Node.js.
 */
import { type Answers, namesOf } from "../answers.js";
import { cronOf } from "../duration.js";
import { packageFile } from "./container.js";
import { runWords } from "./run.js";

/** What the generated app stands on; byoml itself does not. */
const host = { name: "@azure/functions", version: "4.16.5" };

/** What every plan allows. */
const timeout = "00:10:00";

export function hostFile(): string {
  return document({
    version: "2.0",
    functionTimeout: timeout,
    logging: { applicationInsights: { samplingSettings: { isEnabled: false } } },
    extensionBundle: { id: "Microsoft.Azure.Functions.ExtensionBundle", version: "[4.*, 5.0.0)" },
  });
}

export function packageOf(answers: Answers): string {
  return document({
    name: `${namesOf(answers).job}-function`,
    version: "1.0.0",
    private: true,
    type: "module",
    main: "src/functions/*.js",
    engines: { node: ">=20.15" },
    dependencies: { [host.name]: host.version, byoml: `file:${packageFile}` },
  });
}

/** What is not uploaded. */
export function ignoreFile(): string {
  return ".git*\n.vscode\nlocal.settings.json\ntest\n";
}

export function functionCode(answers: Answers): string {
  const settings = { endpoint: { variable: "BYOML_ENDPOINT" }, ruleId: { variable: "BYOML_RULE_ID" } };
  const words = runWords(answers, { ...settings, auth: "managed", memory: "1GB" }).map((word) =>
    typeof word === "string" ? JSON.stringify(word) : `setting(${JSON.stringify(word.variable)})`,
  );
  return `/*
 * Runs one cycle of byoml at each tick. The host keeps a lease on a timer, so that one instance runs it at a time, and byoml's own lock
 * refuses a second cycle. A cycle that is cut off by the time-out goes on where it was at the next tick.
 */
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { app } from ${JSON.stringify(host.name)};

const byoml = join(dirname(createRequire(import.meta.url).resolve("byoml/package.json")), "dist/cli/main.js");

/** The time-out of the host, which would end the process in the middle of a write: byoml is asked to stop before. */
const timeoutInMs = durationOf(JSON.parse(readFileSync(new URL("../../host.json", import.meta.url), "utf8")).functionTimeout);

app.timer("byomlCycle", {
  schedule: ${JSON.stringify(`0 ${cronOf(answers.interval)}`)},
  handler: async (_timer, context) => {
    const words = [
      ${words.join(",\n      ")},
    ];
    const code = await run(words, context);
    if (code !== 0) throw new Error(\`byoml run ended with exit code \${code}; its messages are above\`);
  },
});

/** hh:mm:ss in milliseconds; Infinity for -1, with which the host waits for ever. */
function durationOf(text) {
  if (text === "-1") return Infinity;
  const [, hours, minutes, seconds] = /^(\\d+):(\\d\\d):(\\d\\d)$/.exec(text) ?? [];
  if (seconds === undefined) throw new Error(\`functionTimeout in host.json: expected hh:mm:ss or -1, got \${JSON.stringify(text)}\`);
  return ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000;
}

function setting(name) {
  const value = process.env[name];
  if (!value) throw new Error(\`the application setting \${name} is missing\`);
  return value;
}

/** Resolves with the exit code; null where it was killed. */
function run(words, context) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [byoml, ...words], { stdio: ["ignore", "pipe", "pipe"] });
    const before = (endInMs, signal) =>
      timeoutInMs === Infinity ? undefined : setTimeout(() => child.kill(signal), timeoutInMs - endInMs);
    const stop = before(45_000, "SIGTERM");
    const kill = before(15_000, "SIGKILL");
    createInterface({ input: child.stdout }).on("line", (line) => context.log(line));
    createInterface({ input: child.stderr }).on("line", (line) => context.warn(line));
    const ended = (settle) => {
      clearTimeout(stop);
      clearTimeout(kill);
      settle();
    };
    child.on("error", (error) => ended(() => reject(error)));
    child.on("close", (code) => ended(() => resolve(code)));
  });
}
`;
}

function document(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
