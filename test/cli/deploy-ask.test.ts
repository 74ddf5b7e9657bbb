import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Context } from "../../src/cli/context.js";
import { createProgram } from "../../src/cli/program.js";
import { readme } from "../../src/deploy/readme.js";
import { runWords } from "../../src/deploy/schedule/run.js";
import { answers, principal } from "../deploy/answers.js";
import { miniature } from "./miniature.js";
import { byoml, folder, terminal } from "./terminal.js";

const flags = [
  ...["--subscription", "01234567-89ab-cdef-0123-456789abcdef", "--resource-group", "security"],
  ...["--workspace", "siem", "--storage-account", "siemexport"],
];

describe("deploy on a terminal", () => {
  /** Answers questions that hold a word; all others with an empty line. */
  function answering(said: Record<string, string[]>) {
    const asked: string[] = [];
    const ask = async (question: string) => {
      asked.push(question);
      const key = Object.keys(said).find((word) => question.includes(word));
      return (key && said[key].shift()) ?? "";
    };
    return { asked, ask };
  }

  it("asks for what is missing, again where the answer is none, and takes defaults for empty lines", async () => {
    const home = join(folder(), "azure");
    const { asked, ask } = answering({
      "Name of the Log Analytics workspace": ["-", "siem"],
      "Storage account for": ["siemexport"],
      Severity: ["low"],
    });
    const { code, err } = await byoml(["deploy", "--out", home, ...flags.slice(0, 4)], { ask });
    expect(code).toBe(0);
    expect(err).toContain('expected 4 to 63 letters, digits and hyphens, a letter or digit at both ends, got "-"');
    expect(asked.filter((question) => question.includes("workspace: "))).toHaveLength(2);
    expect(asked).toContain("Resource group of the storage account [security]: ");
    expect(asked).toContain("Region of the workspace, such as westeurope [none]: ");
    expect(asked.join()).not.toContain("Subscription");
    expect(readFileSync(join(home, "sentinel/analytics-rule.yaml"), "utf8")).toContain("severity: Low");
  });

  it("asks nothing where all that is required is given", async () => {
    const { asked, ask } = answering({});
    expect((await byoml(["deploy", "--out", join(folder(), "azure"), ...flags], { ask })).code).toBe(0);
    expect(asked).toEqual([]);
  });

  it("asks nothing with --no-input", async () => {
    const { asked, ask } = answering({});
    const { code, err } = await byoml(["deploy", "--no-input", "--out", join(folder(), "azure")], { ask });
    expect(code).toBe(2);
    expect(err).toContain("--subscription, --resource-group, --workspace, --storage-account: expected a value");
    expect(asked).toEqual([]);
  });

  it("asks no more where the input ends, and says what is missing", async () => {
    const asked: string[] = [];
    const ask = async (question: string) => {
      asked.push(question);
      return null;
    };
    const { code, err } = await byoml(["deploy", "--out", join(folder(), "azure")], { ask });
    expect(code).toBe(2);
    expect(err).toContain("--subscription");
    expect(asked).toHaveLength(1);
  });
});

describe("what deploy writes", () => {
  const program = createProgram(new Context(terminal(), miniature().engine, false), { text: "" });
  const parsed = (name: string, words: readonly string[]) => {
    const command = program.commands.find((each) => each.name() === name)!;
    return { ...command.parseOptions([...words]), options: command.opts() };
  };

  it.each([answers, principal])("calls byoml run with flags and values that it takes", (given) => {
    const endpoint = "https://x.westeurope-1.ingest.monitor.azure.com";
    const words = runWords(given, { endpoint, ruleId: "dcr-0", auth: "managed", memory: "3GB" });
    const { operands, unknown, options } = parsed("run", words.slice(1));
    expect(words[0]).toBe("run");
    expect(unknown).toEqual([]);
    expect(operands).toEqual(["az://siemexport/SecurityEvent", "az://siemexport/WindowsEvent"]);
    expect(options).toMatchObject({
      endpoint,
      ruleId: "dcr-0",
      state: "az://siemexport/byoml/state",
      threshold: 2,
      memory: 3e9,
    });
  });

  it("calls byoml doctor with flags that it takes", () => {
    const [line] = /^byoml doctor .*$/m.exec(readme(answers))!;
    const { operands, unknown, options } = parsed("doctor", line.split(" ").slice(2));
    expect(unknown).toEqual([]);
    expect(operands).toHaveLength(2);
    expect(options).toMatchObject({ azure: true, state: "az://siemexport/byoml/state", ruleId: "RULE_ID" });
  });
});
