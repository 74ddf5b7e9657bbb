import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { filesOf } from "../../src/deploy/files.js";
import { alertQuery } from "../../src/deploy/kql/queries.js";
import { sentinelTemplate } from "../../src/deploy/resources/sentinel.js";
import { huntingQueries } from "../../src/deploy/sentinel/hunting.js";
import { huntingYaml, ruleYaml } from "../../src/deploy/sentinel/yaml.js";
import { armOf } from "../../src/deploy/template/arm.js";
import { answers, hostile } from "./answers.js";

const guid = /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

describe.each([
  ["usual", answers],
  ["hostile", hostile],
])("the analytics rule in YAML with %s answers", (_, given) => {
  const rule = parse(ruleYaml(given));

  it("has the fields of the Azure-Sentinel repository", () => {
    expect(rule).toMatchObject({
      id: expect.stringMatching(guid),
      name: expect.any(String),
      description: expect.any(String),
      severity: "Medium",
      status: "Available",
      requiredDataConnectors: [],
      queryFrequency: "1h",
      queryPeriod: "90m",
      triggerOperator: "gt",
      triggerThreshold: 0,
      tactics: expect.any(Array),
      relevantTechniques: expect.any(Array),
      version: expect.stringMatching(/^\d+\.\d+\.\d+$/),
      kind: "Scheduled",
    });
    expect(rule.query).toBe(alertQuery(given));
  });

  it("says what the ARM template says", () => {
    const { resources } = JSON.parse(armOf(sentinelTemplate(given)));
    const { name, properties } = resources.find(({ type }: { type: string }) => type.endsWith("/alertRules"));
    expect(name).toContain(rule.id);
    for (const key of [
      "query",
      "severity",
      "tactics",
      "entityMappings",
      "customDetails",
      "alertDetailsOverride",
      "incidentConfiguration",
    ])
      expect(properties[key]).toEqual(rule[key]);
    expect(properties.techniques).toEqual(rule.relevantTechniques);
  });
});

describe("hunting queries in YAML", () => {
  const queries = huntingQueries(answers);

  it.each(queries.map((query) => [query.file, query] as const))("have the fields of the repository: %s", (_, query) => {
    expect(parse(huntingYaml(query))).toMatchObject({
      id: expect.stringMatching(guid),
      name: query.name,
      description: query.description,
      requiredDataConnectors: expect.any(Array),
      tactics: [expect.any(String)],
      relevantTechniques: [expect.stringMatching(/^T\d{4}$/)],
      query: query.query,
      entityMappings: expect.any(Array),
    });
  });

  it("have ids of their own, which stay the same", () => {
    expect(new Set(queries.map(({ id }) => id)).size).toBe(queries.length);
    expect(huntingQueries(answers).map(({ id }) => id)).toEqual(queries.map(({ id }) => id));
    expect(huntingQueries({ ...answers, workspace: "other" })[0].id).not.toBe(queries[0].id);
  });
});

describe("all files", () => {
  it.each([
    ["usual", answers],
    ["hostile", hostile],
  ])("have plain paths, each once, and end in a line feed, with %s answers", (_, given) => {
    const files = filesOf(given);
    expect(new Set(files.map(({ path }) => path.toLowerCase())).size).toBe(files.length);
    for (const { path, text } of files) {
      expect(path).toMatch(/^[A-Za-z0-9.][A-Za-z0-9._-]*(\/[A-Za-z0-9.][A-Za-z0-9._-]*)*$/);
      expect(text.endsWith("\n"), path).toBe(true);
      expect(text, path).not.toContain("\r");
    }
  });

  it("that are JSON parse, with hostile answers too", () => {
    for (const { path, text } of [...filesOf(answers), ...filesOf(hostile)])
      if (path.endsWith(".json")) expect(() => JSON.parse(text), path).not.toThrow();
  });
});
