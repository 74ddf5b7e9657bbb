/*
 * What Sentinel gets: the function, the analytics rule, the hunting queries and the workbook.
 */
import { type Answers, namesOf } from "../answers.js";
import { isoOf } from "../duration.js";
import { latestQuery } from "../kql/queries.js";
import { type HuntingQuery, huntingQueries } from "../sentinel/hunting.js";
import { alerting, analyticsRule, tactics, techniques } from "../sentinel/rule.js";
import { workbookId, workbookOf } from "../sentinel/workbook.js";
import { id, parameter, type Resource, type Template, text } from "../template/model.js";
import { locationParameter } from "./identity.js";
import { workspace, workspaceParameter } from "./workspace.js";

export function sentinelTemplate(answers: Answers): Template {
  const latest = savedFunction(answers);
  const hunting = huntingQueries(answers).map((query) => hunt(query, latest));
  return {
    description:
      "What Sentinel shows of byoml's results: a function, an analytics rule, hunting queries and a workbook.",
    parameters: [workspaceParameter(answers), locationParameter(answers.region)],
    resources: [workspace, latest, rule(answers), ...hunting, workbook(answers)],
    outputs: [],
  };
}

const savedSearch = {
  type: "Microsoft.OperationalInsights/workspaces/savedSearches",
  apiVersion: "2020-08-01",
  parent: workspace,
} as const;

function savedFunction(answers: Answers): Resource {
  const { latest } = namesOf(answers);
  return {
    ...savedSearch,
    symbol: "latestFunction",
    name: latest,
    body: {
      etag: "*",
      properties: {
        category: "byoml",
        displayName: latest,
        query: latestQuery(answers),
        functionAlias: latest,
        functionParameters: "",
        version: 2,
      },
    },
  };
}

function hunt({ id: name, file, query, ...facts }: HuntingQuery, latest: Resource): Resource {
  return {
    ...savedSearch,
    symbol: `hunt${file.replace(/(^|-)([a-z])/g, (_, __, letter: string) => letter.toUpperCase())}`,
    name,
    after: [latest],
    body: {
      etag: "*",
      properties: {
        category: "Hunting Queries",
        displayName: facts.name,
        query,
        version: 2,
        tags: [
          { name: "description", value: facts.description },
          { name: "tactics", value: facts.tactics.join(",") },
          { name: "techniques", value: facts.techniques.join(",") },
        ],
      },
    },
  };
}

function rule(answers: Answers): Resource {
  const facts = analyticsRule(answers);
  return {
    symbol: "analyticsRule",
    type: "Microsoft.OperationalInsights/workspaces/providers/alertRules",
    apiVersion: "2025-09-01",
    name: text(parameter("workspaceName"), `/Microsoft.SecurityInsights/${facts.id}`),
    body: {
      kind: "Scheduled",
      properties: {
        displayName: facts.name,
        description: facts.description,
        enabled: true,
        severity: answers.severity,
        query: facts.query,
        queryFrequency: isoOf(facts.frequency),
        queryPeriod: isoOf(facts.period),
        triggerOperator: "GreaterThan",
        triggerThreshold: 0,
        suppressionEnabled: false,
        suppressionDuration: "PT5H",
        tactics,
        techniques,
        ...alerting,
      },
    },
  };
}

function workbook(answers: Answers): Resource {
  return {
    symbol: "workbook",
    type: "Microsoft.Insights/workbooks",
    apiVersion: "2023-06-01",
    name: workbookId(answers),
    body: {
      location: parameter("location"),
      kind: "shared",
      properties: {
        displayName: "Anomalous resource access",
        category: "sentinel",
        version: "Notebook/1.0",
        sourceId: id(workspace),
        serializedData: JSON.stringify(workbookOf(answers), null, 2),
      },
    },
  };
}
