/*
 * Rules and hunting queries in the form of https://github.com/Azure/Azure-Sentinel.
 */
import { stringify } from "yaml";
import type { Answers } from "../answers.js";
import { shortOf } from "../duration.js";
import type { HuntingQuery } from "./hunting.js";
import { alerting, analyticsRule, mappings, tactics, techniques } from "./rule.js";

export function ruleYaml(answers: Answers): string {
  const rule = analyticsRule(answers);
  return yaml({
    id: rule.id,
    name: rule.name,
    description: rule.description,
    severity: answers.severity,
    status: "Available",
    requiredDataConnectors: [],
    queryFrequency: shortOf(rule.frequency),
    queryPeriod: shortOf(rule.period),
    triggerOperator: "gt",
    triggerThreshold: 0,
    tactics,
    relevantTechniques: techniques,
    query: rule.query,
    ...alerting,
    version: "1.0.0",
    kind: "Scheduled",
  });
}

export function huntingYaml({ id, name, description, tactics, techniques, query, tables }: HuntingQuery): string {
  return yaml({
    id,
    name,
    description,
    requiredDataConnectors: tables.map((table) => ({ connectorId: "SecurityEvents", dataTypes: [table] })),
    tactics,
    relevantTechniques: techniques,
    query,
    entityMappings: mappings(),
    version: "1.0.0",
  });
}

/** Queries as literal blocks, no line folded. */
function yaml(document: object): string {
  return stringify(document, { lineWidth: 0, blockQuote: "literal" });
}
