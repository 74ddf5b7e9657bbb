import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, describe, expect, it } from "vitest";
import { cronOf, intervals, isoOf, minutesOf, shortOf } from "../../src/deploy/duration.js";
import { exportPowerShell, exportShell } from "../../src/deploy/export.js";
import { dockerfile } from "../../src/deploy/schedule/container.js";
import { functionCode, hostFile, packageOf } from "../../src/deploy/schedule/function.js";
import { environmentFile, serviceUnit, timerUnit } from "../../src/deploy/schedule/systemd.js";
import { answers, hostile, principal } from "./answers.js";

const folders: string[] = [];
afterEach(() => {
  for (const path of folders.splice(0)) rmSync(path, { recursive: true, force: true });
});
function folder(): string {
  folders.push(mkdtempSync(join(tmpdir(), "byoml-test-")));
  return folders.at(-1)!;
}

describe("the export's script", () => {
  it.each([
    ["usual", answers],
    ["hostile", hostile],
  ])("calls az with every value as it is, and nothing else, with %s answers", (_, given) => {
    const home = folder();
    // An `az` that writes its words down.
    writeFileSync(join(home, "az"), '#!/bin/sh\nfor word in "$@"; do printf \'%s\\0\' "$word"; done\n', {
      mode: 0o755,
    });
    writeFileSync(join(home, "script.sh"), exportShell(given));
    execFileSync("/bin/sh", ["-n", join(home, "script.sh")]);
    const { stdout, status } = spawnSync("/bin/sh", [join(home, "script.sh")], {
      cwd: home,
      env: { PATH: `${home}:${process.env["PATH"]}` },
      encoding: "utf8",
    });
    expect(status).toBe(0);
    const words = stdout.split("\0").slice(0, -1);
    expect(words.slice(0, 5)).toEqual(["monitor", "log-analytics", "workspace", "data-export", "create"]);
    expect(words[words.indexOf("--resource-group") + 1]).toBe(given.resourceGroup);
    expect(words.slice(words.indexOf("--tables") + 1, words.indexOf("--destination"))).toEqual(given.tables);
    expect(words[words.indexOf("--destination") + 1]).toContain(`/storageAccounts/${given.storageAccount}`);
    expect(existsSync(join(home, "pwned"))).toBe(false);
  });

  it("has a twin for PowerShell with the same words", () => {
    const script = exportPowerShell(answers);
    expect(script).toContain("'--tables', 'SecurityEvent', 'WindowsEvent'");
    expect(script).toContain("& az monitor log-analytics workspace data-export create @flags");
  });
});

describe("the units of systemd", () => {
  /** Directives by section; throws at a line that is none. */
  function parseUnit(text: string): Map<string, [string, string][]> {
    const sections = new Map<string, [string, string][]>();
    let current: [string, string][] = [];
    for (const line of text.replace(/\\\n\s*/g, "").split("\n")) {
      const [, section] = /^\[(\w+)\]$/.exec(line) ?? [];
      const [, key, value] = /^([A-Za-z]+)=(.*)$/.exec(line) ?? [];
      if (section) {
        current = [];
        sections.set(section, current);
      } else if (key) current.push([key, value]);
      else if (line !== "" && !line.startsWith("#")) throw new Error(`no directive: ${line}`);
    }
    return sections;
  }

  it.each([
    ["usual", answers],
    ["hostile", hostile],
  ])("are made of sections and directives, with %s answers", (_, given) => {
    const service = parseUnit(serviceUnit(given));
    expect([...service.keys()]).toEqual(["Unit", "Service"]);
    expect([...parseUnit(timerUnit(given)).keys()]).toEqual(["Unit", "Timer", "Install"]);
    const starts = service.get("Service")!.filter(([key]) => key === "ExecStart");
    expect(starts).toHaveLength(1);
    expect(starts[0][1]).toMatch(/^\/usr\/local\/bin\/byoml run /);
  });

  it("give the service no rights that it does not need, and no secret", () => {
    const service = new Map(parseUnit(serviceUnit(answers)).get("Service"));
    expect(Object.fromEntries(service)).toMatchObject({
      Type: "oneshot",
      EnvironmentFile: "/etc/byoml/byoml.env",
      DynamicUser: "yes",
      ProtectSystem: "strict",
      NoNewPrivileges: "yes",
      CapabilityBoundingSet: "",
    });
    expect(environmentFile(answers)).not.toMatch(/^[^#].*(SECRET|PASSWORD|KEY)/m);
    expect(environmentFile(principal)).toContain('BYOML_CLOUD="usgovernment"');
  });

  it("are what systemd itself takes, where it is installed", () => {
    const home = folder();
    const files = [
      ["byoml.service", serviceUnit(answers).replace("/usr/local/bin/byoml", process.execPath)],
      ["hostile.service", serviceUnit(hostile).replace("/usr/local/bin/byoml", process.execPath)],
      ["byoml.timer", timerUnit(answers)],
    ];
    for (const [name, text] of files) writeFileSync(join(home, name), text);
    const found = spawnSync("systemd-analyze", ["verify", ...files.map(([name]) => join(home, name))], {
      encoding: "utf8",
    });
    // Without systemd the structure above is all that can be said; with it, it has to have nothing to say of these files.
    if (found.error) expect((found.error as NodeJS.ErrnoException).code).toBe("ENOENT");
    else expect(found.stderr.split("\n").filter((line) => /byoml|hostile/.test(line))).toEqual([]);
  });
});

describe("the image", () => {
  it("stands on one version of Node, and runs without rights", () => {
    const text = dockerfile();
    expect(text).toMatch(/^ARG NODE_IMAGE=node:\d+\.\d+\.\d+-[a-z-]+$/m);
    const last = text.slice(text.lastIndexOf("FROM "));
    expect(last).toMatch(/^USER node$/m);
    expect(JSON.parse(/^ENTRYPOINT (.*)$/m.exec(last)![1])).toEqual([
      "node",
      "/app/node_modules/byoml/dist/cli/main.js",
    ]);
  });
});

describe("the function app", () => {
  /** Runs the handler against an `@azure/functions` that hands it over, and a byoml that prints its words and ends with `code`. */
  async function tick(
    given: typeof answers,
    { code = 0, env = {} as Record<string, string>, host = hostFile(), works = "" } = {},
  ) {
    const home = folder();
    const write = (path: string, text: string) => {
      mkdirSync(join(home, path, ".."), { recursive: true });
      writeFileSync(join(home, path), text);
    };
    write("package.json", packageOf(given));
    write("host.json", host);
    write("src/functions/cycle.js", functionCode(given));
    write(
      "node_modules/@azure/functions/package.json",
      '{"name":"@azure/functions","version":"4.0.0","type":"module","main":"index.js"}',
    );
    write(
      "node_modules/@azure/functions/index.js",
      "export const timers = []; export const app = { timer: (...timer) => timers.push(timer) };",
    );
    write("node_modules/byoml/package.json", '{"name":"byoml","version":"0.0.0","type":"module"}');
    write(
      "node_modules/byoml/dist/cli/main.js",
      `console.log(JSON.stringify(process.argv.slice(2))); console.error("a message"); process.exitCode = ${code}; ${works}`,
    );
    write(
      "host.mjs",
      `
      import { timers } from "@azure/functions";
      await import(${JSON.stringify(pathToFileURL(join(home, "src/functions/cycle.js")).href)});
      const logs = [], warnings = [];
      const [[name, { schedule, handler }]] = timers;
      const error = await handler({}, { log: (line) => logs.push(line), warn: (line) => warnings.push(line) }).then(() => null, (error) => error.message);
      console.log(JSON.stringify({ name, schedule, logs, warnings, error }));
    `,
    );
    const out = execFileSync(process.execPath, [join(home, "host.mjs")], { env, encoding: "utf8", stdio: "pipe" });
    return JSON.parse(out) as {
      name: string;
      schedule: string;
      logs: string[];
      warnings: string[];
      error: string | null;
    };
  }
  const env = { BYOML_ENDPOINT: "https://x.ingest.monitor.azure.com", BYOML_RULE_ID: "dcr-0" };

  it("runs one cycle with the words of the schedule, and passes its messages on", async () => {
    const { schedule, logs, warnings, error } = await tick(answers, { env });
    expect(error).toBeNull();
    expect(schedule).toBe("0 0 * * * *");
    expect(warnings).toEqual(["a message"]);
    expect(JSON.parse(logs[0])).toEqual([
      ...[
        "run",
        "az://siemexport/SecurityEvent",
        "az://siemexport/WindowsEvent",
        "--state",
        "az://siemexport/byoml/state",
      ],
      ...["--endpoint", env.BYOML_ENDPOINT, "--rule-id", "dcr-0", "--stream", "Custom-AnomalousResourceAccessResult"],
      ...["--threshold", "2", "--auth", "managed", "--memory", "1GB"],
    ]);
  });

  it("fails where byoml fails, and where a setting is missing", async () => {
    expect((await tick(answers, { env, code: 5 })).error).toContain("exit code 5");
    expect((await tick(answers)).error).toContain("BYOML_ENDPOINT is missing");
  });

  it("takes hostile names as data", async () => {
    const { error, logs } = await tick(hostile, { env });
    expect(error).toBeNull();
    expect(JSON.parse(logs[0]).slice(1, 3)).toEqual(
      hostile.tables.map((table) => `az://${hostile.storageAccount}/${table}`),
    );
  });

  it("stops byoml before the time-out of host.json, whatever it was changed to", async () => {
    const host = JSON.stringify({ ...JSON.parse(hostFile()), functionTimeout: "00:00:46" });
    const works = 'process.on("SIGTERM", () => process.exit(130)); setInterval(() => {}, 1000);';
    expect((await tick(answers, { env, host, works })).error).toMatch(/exit code (130|null)/);
  });

  it("takes a host without a time-out, and names one that it cannot read", async () => {
    expect((await tick(answers, { env, host: '{"functionTimeout":"-1"}' })).error).toBeNull();
    await expect(tick(answers, { env, host: '{"functionTimeout":"soon"}' })).rejects.toThrow(
      'functionTimeout in host.json: expected hh:mm:ss or -1, got "soon"',
    );
  });
});

describe("durations", () => {
  it("are read and written in every form", () => {
    expect(["5m", "90m", "5h", "14d"].map((text) => minutesOf("delay", text))).toEqual([5, 90, 300, 20_160]);
    expect([5, 90, 60, 1440, 0].map(shortOf)).toEqual(["5m", "90m", "1h", "1d", "0m"]);
    expect([5, 90, 60, 1440, 1500, 0].map(isoOf)).toEqual(["PT5M", "PT1H30M", "PT1H", "P1D", "P1DT1H", "PT0M"]);
    expect(() => minutesOf("delay", "soon")).toThrow('delay: expected a duration such as 30m, 5h or 2d, got "soon"');
  });

  it("of the schedule are ones that cron can say", () => {
    expect(intervals.map(cronOf)).toEqual([
      ...["*/5 * * * *", "*/10 * * * *", "*/15 * * * *", "*/20 * * * *", "*/30 * * * *", "0 * * * *"],
      ...["0 */2 * * *", "0 */3 * * *", "0 */4 * * *", "0 */6 * * *", "0 */8 * * *", "0 */12 * * *", "0 0 * * *"],
    ]);
  });
});
