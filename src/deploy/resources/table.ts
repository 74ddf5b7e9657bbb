/*
 * Where rows arrive: the table, the data collection rule that lets them in, and the right to send them.
 */
import { columns } from "../../delivery/columns.js";
import { type Answers, namesOf } from "../answers.js";
import { id, parameter, type Resource, runtime, type Template } from "../template/model.js";
import { identityOf, locationParameter, principalParameters, roleAssignment } from "./identity.js";
import { workspace, workspaceParameter } from "./workspace.js";

/** How types are called in tables; data collection rules say `datetime`. */
const tableTypes = { string: "string", real: "real", datetime: "dateTime" } as const;

export function tableTemplate(answers: Answers): Template {
  const table = resultTable(answers);
  const rule = collectionRule(answers, table);
  const made = answers.identity === "user-assigned";
  const identity = identityOf(answers);
  const role = roleAssignment("publisher", "Monitoring Metrics Publisher", rule, made ? identity : "parameters");
  return {
    description:
      "The table of byoml's results, the data collection rule that fills it, and the right to send rows to it.",
    parameters: [
      workspaceParameter(answers),
      locationParameter(answers.region),
      ...(made ? [] : principalParameters(answers.principalId)),
    ],
    resources: [workspace, table, rule, ...(made ? [identity] : []), role],
    outputs: [
      {
        name: "endpoint",
        description: "--endpoint of byoml run",
        value: runtime(rule, "properties", "endpoints", "logsIngestion"),
      },
      { name: "ruleId", description: "--rule-id of byoml run", value: runtime(rule, "properties", "immutableId") },
      ...(made
        ? [
            {
              name: "principalId",
              description: "Object id of the identity, which the next template asks for",
              value: runtime(identity, "properties", "principalId"),
            },
            {
              name: "clientId",
              description: "AZURE_CLIENT_ID of what runs byoml",
              value: runtime(identity, "properties", "clientId"),
            },
          ]
        : []),
    ],
  };
}

function resultTable(answers: Answers): Resource {
  const { table } = namesOf(answers);
  return {
    symbol: "resultTable",
    type: "Microsoft.OperationalInsights/workspaces/tables",
    apiVersion: "2022-10-01",
    parent: workspace,
    name: table,
    body: {
      properties: {
        plan: "Analytics",
        schema: {
          name: table,
          description: "Unusual accesses, found by byoml.",
          columns: columns.map(({ name, type, description }) => ({ name, type: tableTypes[type], description })),
        },
      },
    },
  };
}

/** How other templates refer to the rule. */
export const ruleReference = {
  symbol: "collectionRule",
  type: "Microsoft.Insights/dataCollectionRules",
  apiVersion: "2023-03-11",
} as const;

/** Of kind Direct: with an endpoint of its own, so that no data collection endpoint is needed. */
function collectionRule(answers: Answers, after: Resource): Resource {
  const { table, stream, collectionRule: name } = namesOf(answers);
  return {
    ...ruleReference,
    name,
    after: [after],
    body: {
      location: parameter("location"),
      kind: "Direct",
      properties: {
        description: "Takes the rows of byoml.",
        streamDeclarations: { [stream]: { columns: columns.map(({ name, type }) => ({ name, type })) } },
        destinations: { logAnalytics: [{ name: "workspace", workspaceResourceId: id(workspace) }] },
        dataFlows: [
          { streams: [stream], destinations: ["workspace"], transformKql: "source", outputStream: `Custom-${table}` },
        ],
      },
    },
  };
}
