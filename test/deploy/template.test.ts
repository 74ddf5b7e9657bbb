import { describe, expect, it } from "vitest";
import { type Answers, namesOf } from "../../src/deploy/answers.js";
import { sentinelTemplate } from "../../src/deploy/resources/sentinel.js";
import { storageTemplate } from "../../src/deploy/resources/storage.js";
import { tableTemplate } from "../../src/deploy/resources/table.js";
import { jobTemplate } from "../../src/deploy/schedule/container.js";
import { armOf } from "../../src/deploy/template/arm.js";
import { bicepOf } from "../../src/deploy/template/bicep.js";
import type { Template } from "../../src/deploy/template/model.js";
import { answers, hostile, principal } from "./answers.js";
import { type ArmTemplate, isExpression, problemsOf } from "./arm.js";
import { Code, parseBicep } from "./bicep.js";

const makers: Readonly<Record<string, (given: Answers) => Template>> = {
  table: tableTemplate,
  storage: storageTemplate,
  sentinel: sentinelTemplate,
  job: jobTemplate,
};
const given = { usual: answers, principal, hostile };
const cases = Object.entries(makers).flatMap(([name, make]) =>
  Object.entries(given).map(([kind, each]) => [`${name} with ${kind} answers`, make(each)] as const),
);
const armOfJson = (template: Template) => JSON.parse(armOf(template)) as ArmTemplate;

describe.each(cases)("the template %s", (_, template) => {
  it("is a template that Azure can take", () => {
    expect(problemsOf(armOfJson(template))).toEqual([]);
  });

  it("says in Bicep what it says in JSON", () => {
    const arm = armOfJson(template);
    const declared = parseBicep(bicepOf(template));
    const of = (keyword: string) => declared.filter((each) => each.keyword === keyword);
    expect(of("metadata").map(({ value }) => value)).toEqual([arm.metadata.description]);
    expect(of("param").map(({ symbol, type, description }) => ({ symbol, type, description }))).toEqual(
      Object.entries(arm.parameters).map(([symbol, { type, metadata }]) => ({ symbol, type, ...metadata })),
    );
    for (const { symbol, value } of of("param")) same(value, arm.parameters[symbol].defaultValue);
    const made = of("resource").filter(({ existing }) => !existing);
    expect(made.map(({ type }) => type)).toEqual(arm.resources.map(({ type, apiVersion }) => `${type}@${apiVersion}`));
    for (const [at, { value }] of made.entries()) {
      const { parent: _p, scope, name, dependsOn: _d, ...rest } = value as Record<string, unknown>;
      const { type: _t, apiVersion: _a, name: armName, scope: armScope, dependsOn: _n, ...armRest } = arm.resources[at];
      expect(scope === undefined).toBe(armScope === undefined);
      if (typeof name === "string" && !isExpression(armName)) expect(`/${armName}`.endsWith(`/${name}`)).toBe(true);
      same(rest, armRest);
    }
    expect(of("output").map(({ symbol }) => symbol)).toEqual(Object.keys(arm.outputs));
  });

  it("refers in Bicep to what the file declares, and to nothing else", () => {
    const declared = parseBicep(bicepOf(template));
    const symbols = new Set(declared.map(({ symbol }) => symbol));
    expect(symbols.size).toBe(declared.length);
    const known = new Set(["guid", "subscriptionResourceId", "resourceGroup", "json"]);
    const heads = declared
      .flatMap(({ value }) => codeIn(value))
      .flatMap((text) => {
        const bare = text.replace(/"(?:[^"\\]|\\.)*"/g, "").replace(/^'|'$/g, "");
        const parts = text.startsWith("'") ? [...text.matchAll(/\$\{(\w+)/g)].map(([, head]) => head) : [];
        return text.startsWith("'") ? parts : [...bare.matchAll(/(?<![.\w])[A-Za-z_]\w*/g)].map(([head]) => head);
      });
    expect(heads.filter((head) => !symbols.has(head) && !known.has(head))).toEqual([]);
  });

  it("names an existing resource in Bicep by its name alone", () => {
    for (const { existing, value } of parseBicep(bicepOf(template)))
      if (existing)
        expect(Object.keys(value as object).filter((key) => key !== "name" && key !== "parent")).toEqual([]);
  });
});

/** Equal where both say data; where the one has code, the other has an expression. */
function same(bicep: unknown, arm: unknown): void {
  if (bicep instanceof Code) expect(isExpression(arm), `${bicep.text}: ${JSON.stringify(arm)}`).toBe(true);
  else if (Array.isArray(bicep) || (typeof bicep === "object" && bicep !== null)) {
    const plain = (value: unknown) =>
      Object.entries(value as object).map(([key, each]) => [
        key.startsWith("[") || isExpression(key) ? "[]" : key,
        each,
      ]);
    const [ours, theirs] = [plain(bicep), plain(arm)];
    expect(ours.map(([key]) => key)).toEqual(theirs.map(([key]) => key));
    for (const [at, [, value]] of ours.entries()) same(value, theirs[at][1]);
  } else expect(bicep).toEqual(typeof arm === "string" && arm.startsWith("[[") ? arm.slice(1) : arm);
}

function codeIn(value: unknown): string[] {
  if (value instanceof Code) return [value.text];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(codeIn) : [];
}

describe("the checks of templates", () => {
  const broken = (change: (template: ArmTemplate) => void) => {
    const template = armOfJson(tableTemplate(answers));
    change(template);
    return problemsOf(template);
  };

  it("find parameters that are not defined or not used, and names with too few segments", () => {
    expect(broken(({ parameters }) => delete parameters["location"])).toEqual(["parameter location is not defined"]);
    expect(broken(({ parameters }) => Object.assign(parameters, { more: {} }))).toEqual(["parameter more is not used"]);
    expect(broken(({ resources }) => Object.assign(resources[0], { name: "T_CL" })).join()).toContain(
      "1 segments in T_CL",
    );
  });

  it("find dependencies that are not there, and expressions that are not closed", () => {
    expect(broken(({ resources }) => resources.splice(0, 1)).join()).toContain("which is not there");
    expect(() => broken(({ outputs }) => Object.assign(outputs["ruleId"], { value: "[guid('a']" }))).toThrow(
      "expected",
    );
  });
});

describe("the templates", () => {
  const resource = (template: Template, type: string) =>
    armOfJson(template).resources.filter((each) => each.type === type);

  it("fill the table from a rule with an endpoint of its own, by the same columns", () => {
    const [rule] = resource(tableTemplate(answers), "Microsoft.Insights/dataCollectionRules");
    const [table] = resource(tableTemplate(answers), "Microsoft.OperationalInsights/workspaces/tables");
    const { streamDeclarations, dataFlows, destinations } = rule.properties as Record<string, never>;
    expect(rule.kind).toBe("Direct");
    expect(rule.name.length).toBeLessThanOrEqual(30);
    const stream = namesOf(answers).stream;
    expect(dataFlows).toEqual([
      { streams: [stream], destinations: ["workspace"], transformKql: "source", outputStream: `${stream}_CL` },
    ]);
    expect((destinations["logAnalytics"] as { name: string }[])[0].name).toBe("workspace");
    const declared: { name: string; type: string }[] = (streamDeclarations[stream] as { columns: never })["columns"];
    const columns: { name: string; type: string }[] = (table.properties["schema"] as { columns: never })["columns"];
    expect(columns.map(({ name, type }) => ({ name, type: type.toLowerCase() }))).toEqual(declared);
    for (const { name, type } of declared) {
      expect(name).toMatch(/^[A-Za-z]\w{0,44}$/);
      expect(["_ResourceId", "id", "_SubscriptionId", "TenantId", "Type", "UniqueId", "Title"]).not.toContain(name);
      expect(["string", "int", "long", "real", "boolean", "dynamic", "datetime"]).toContain(type);
    }
    expect(declared.length).toBeLessThanOrEqual(500);
    expect(declared.map(({ name }) => name)).toContain("TimeGenerated");
  });

  it("give no role beyond those that are needed, each on one thing", () => {
    const roles = (template: Template) =>
      resource(template, "Microsoft.Authorization/roleAssignments").map(({ scope, properties }) => [
        /'([^']+)'\)\]$/.exec(scope!)![1],
        /'([0-9a-f-]+)'\)\]$/.exec(properties["roleDefinitionId"])![1],
      ]);
    expect(roles(tableTemplate(answers))).toEqual([["byoml-rule", "3913510d-42f4-4e42-8a64-420c390055eb"]]);
    expect(roles(storageTemplate(answers))).toEqual([
      ["am-securityevent", "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1"],
      ["am-windowsevent", "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1"],
      ["byoml", "ba92f5b4-2d11-453d-a403-e96b0029c9fe"],
    ]);
  });

  it("have a rule with all that Sentinel requires", () => {
    const [rule] = resource(
      sentinelTemplate({ ...answers, frequency: 15, delay: 2880 - 30 }),
      "Microsoft.OperationalInsights/workspaces/providers/alertRules",
    );
    expect(rule).toMatchObject({ apiVersion: "2025-09-01", kind: "Scheduled" });
    expect(rule.name).toMatch(
      /^\[concat\(parameters\('workspaceName'\), '\/Microsoft\.SecurityInsights\/[0-9a-f-]{36}'\)\]$/,
    );
    expect(rule.properties).toMatchObject({
      enabled: true,
      severity: "Medium",
      queryFrequency: "PT15M",
      queryPeriod: "P1DT23H45M",
      triggerOperator: "GreaterThan",
      triggerThreshold: 0,
      suppressionEnabled: false,
      suppressionDuration: expect.stringMatching(/^PT\d+H$/),
      displayName: expect.any(String),
      query: expect.any(String),
    });
    const { groupingConfiguration } = rule.properties["incidentConfiguration"];
    expect(groupingConfiguration).toMatchObject({
      enabled: true,
      reopenClosedIncident: false,
      lookbackDuration: "P1D",
      matchingMethod: "Selected",
    });
    const mappings: { fieldMappings: unknown[] }[] = rule.properties["entityMappings"];
    expect(mappings.length).toBeLessThanOrEqual(10);
    for (const { fieldMappings } of mappings) expect(fieldMappings.length).toBeLessThanOrEqual(3);
    for (const format of Object.values(rule.properties["alertDetailsOverride"] as Record<string, string>))
      expect(format.match(/\{\{/g)!.length).toBeLessThanOrEqual(3);
    for (const technique of rule.properties["techniques"] as string[]) expect(technique).toMatch(/^T\d{4}$/);
  });

  it("have a workbook whose document is JSON, over the function", () => {
    const [{ properties }] = resource(sentinelTemplate(answers), "Microsoft.Insights/workbooks");
    const { items, version } = JSON.parse(properties["serializedData"]);
    expect(version).toBe("Notebook/1.0");
    expect(items.filter(({ type }: { type: number }) => type === 3)).toHaveLength(4);
    expect(properties["sourceId"]).toBe(
      "[resourceId('Microsoft.OperationalInsights/workspaces', parameters('workspaceName'))]",
    );
  });

  it.each(["registry.azurecr.io", "registry.azurecr.us", "registry.azurecr.cn"])(
    "pull from a registry of any of Azure's clouds as the identity: %s",
    (server) => {
      const [job] = resource(jobTemplate({ ...answers, image: `${server}/byoml:1` }), "Microsoft.App/jobs");
      expect(job.properties["configuration"]).toMatchObject({
        registries: [{ server, identity: expect.stringContaining("userAssignedIdentities") }],
      });
    },
  );

  it("pull from other registries without an identity", () => {
    const [job] = resource(jobTemplate({ ...answers, image: "ghcr.io/azurecr.io/byoml:1" }), "Microsoft.App/jobs");
    expect(job.properties["configuration"]).not.toHaveProperty("registries");
  });

  it("run one job at a time, as the identity that has the roles", () => {
    const [job] = resource(jobTemplate(answers), "Microsoft.App/jobs");
    const { configuration, template } = job.properties as Record<string, Record<string, never>>;
    expect(configuration).toMatchObject({
      triggerType: "Schedule",
      scheduleTriggerConfig: { cronExpression: "0 * * * *", parallelism: 1, replicaCompletionCount: 1 },
      registries: [{ server: "registry.azurecr.io" }],
    });
    const [{ args }] = template["containers"] as { args: string[] }[];
    expect(args.slice(0, 5)).toEqual([
      "run",
      "az://siemexport/SecurityEvent",
      "az://siemexport/WindowsEvent",
      "--state",
      "az://siemexport/byoml/state",
    ]);
    expect(args[args.indexOf("--endpoint") + 1]).toContain(".endpoints.logsIngestion]");
    expect(args[args.indexOf("--rule-id") + 1]).toContain(".immutableId]");
    const [other] = resource(jobTemplate(principal), "Microsoft.App/jobs");
    expect(other["identity"]).toEqual({
      type: "UserAssigned",
      userAssignedIdentities: { "[parameters('identityId')]": {} },
    });
    expect(JSON.stringify(other)).toContain('"--cloud","usgovernment"');
  });
});
