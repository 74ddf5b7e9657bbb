/*
 * The workbook: score over time, the actors and resources that stand out, and the accesses behind the one that is selected.
 *
 * Workbooks put the values of parameters into queries as text, and names of actors and resources are chosen by attackers. So a selection
 * hands on a hash of the name, in which nothing can be but hexadecimal digits, and not the name.
 */
import { disconnectedScore } from "../../delivery/rows.js";
import { type Answers, namesOf } from "../answers.js";
import { guidOf } from "../guid.js";
import { kqlName, kqlReal } from "../text/kql.js";

const logAnalytics = { queryType: 0, resourceType: "microsoft.operationalinsights/workspaces" };
const timeContext = { timeContextFromParameter: "TimeRange" };

/** The workbook's name in Azure. */
export function workbookId(answers: Answers): string {
  const { subscription, resourceGroup, workspace } = answers;
  return guidOf(
    "workbook",
    subscription,
    resourceGroup.toLowerCase(),
    workspace.toLowerCase(),
    namesOf(answers).latest,
  );
}

/** A Notebook/1.0 document. */
export function workbookOf(answers: Answers): object {
  return {
    version: "Notebook/1.0",
    items: [
      text("intro", intro),
      parameters(),
      query("over time", "Scores over time: rows a day, by how unusual they are", queries(answers).overTime, {
        visualization: "barchart",
        chartSettings: { xAxis: "Day", yAxis: ["Accesses"], group: "Band", createOtherGroup: 0 },
      }),
      query(
        "actors",
        "Actors: select one to see its accesses",
        queries(answers).actors,
        {
          ...grid(["ActorKey"], "Highest"),
          exportedParameters: [{ fieldName: "ActorKey", parameterName: "ActorKey", defaultValue: "*" }],
        },
        "50",
      ),
      query(
        "resources",
        "Resources: select one to see who used it",
        queries(answers).resources,
        {
          ...grid(["ResourceKey"], "Highest"),
          exportedParameters: [{ fieldName: "ResourceKey", parameterName: "ResourceKey", defaultValue: "*" }],
        },
        "50",
      ),
      query("details", "Accesses of the selection", queries(answers).details, grid(["RecordId"], "Score")),
    ],
    fallbackResourceIds: [],
    $schema: "https://github.com/Microsoft/Application-Insights-Workbooks/blob/master/schema/workbook.json",
  };
}

/** Queries of the workbook, with `{…}` where it puts parameters. */
export function queries(answers: Answers): Readonly<Record<"overTime" | "actors" | "resources" | "details", string>> {
  const latest = `${kqlName(namesOf(answers).latest)}\n| where Score >= {LeastScore}\n`;
  return {
    overTime: `${latest}| extend Band = case(Score > ${kqlReal(answers.threshold)}, "alert", Score > 0.0, "unusual", "usual")
| summarize Accesses = count() by Band, Day = startofday(coalesce(EventTime, TimeGenerated))
| order by Day asc
`,
    actors: `${latest}| summarize Highest = max(Score), Accesses = count(), Resources = dcount(Resource), LastSeen = max(coalesce(EventTime, TimeGenerated)) by Tenant, Actor
| extend ActorKey = hash_sha256(strcat(Tenant, "\\n", Actor))
| top 250 by Highest
`,
    resources: `${latest}| summarize Highest = max(Score), Accesses = count(), Actors = dcount(Actor), LastSeen = max(coalesce(EventTime, TimeGenerated)) by Tenant, Resource
| extend ResourceKey = hash_sha256(strcat(Tenant, "\\n", Resource))
| top 250 by Highest
`,
    details: `${latest}| where "{ActorKey}" == "*" or hash_sha256(strcat(Tenant, "\\n", Actor)) == "{ActorKey}"
| where "{ResourceKey}" == "*" or hash_sha256(strcat(Tenant, "\\n", Resource)) == "{ResourceKey}"
| project Time = coalesce(EventTime, TimeGenerated), Tenant, Actor, Resource, Score, Percentile, Reason, PeerSummary, ModelId, RecordId
| top 500 by Score
`,
  };
}

const intro = `## Anomalous resource access

Accesses that are unusual for a user, found by byoml. A score is in standard deviations from the mean of the accesses that the model has learned from; ${disconnectedScore} means that no chain of shared accesses connects the actor with the resource. Every access stands here once, even where its row was delivered twice.`;

function text(name: string, json: string): object {
  return { type: 1, content: { json }, name };
}

function parameters(): object {
  const durations = [1, 7, 14, 30, 90].map((days) => ({ durationMs: days * 86_400_000 }));
  return {
    type: 9,
    content: {
      version: "KqlParameterItem/1.0",
      parameters: [
        {
          id: "5d2ff1f8-0f4f-4c2c-8f56-0d7c2f1c9a01",
          version: "KqlParameterItem/1.0",
          name: "TimeRange",
          label: "Time range",
          type: 4,
          isRequired: true,
          value: { durationMs: 7 * 86_400_000 },
          typeSettings: { selectableValues: durations, allowCustom: true },
        },
        {
          id: "5d2ff1f8-0f4f-4c2c-8f56-0d7c2f1c9a02",
          version: "KqlParameterItem/1.0",
          name: "LeastScore",
          label: "Least score",
          type: 2,
          isRequired: true,
          value: "3",
          typeSettings: { additionalResourceOptions: [] },
          jsonData: JSON.stringify(["0", "2", "3", "5", "10", "100"].map((value) => ({ value, label: value }))),
        },
      ],
      style: "pills",
      ...logAnalytics,
    },
    name: "parameters",
  };
}

function query(name: string, title: string, kql: string, shape: object, width?: string): object {
  return {
    type: 3,
    content: { version: "KqlItem/1.0", query: kql, size: 0, title, ...timeContext, ...logAnalytics, ...shape },
    ...(width === undefined ? {} : { customWidth: width }),
    name,
  };
}

/** A table, coloured by the score; columns that only serve selection are hidden. */
function grid(hidden: readonly string[], score: string): object {
  return {
    visualization: "table",
    gridSettings: {
      formatters: [
        ...hidden.map((columnMatch) => ({ columnMatch, formatter: 5 })),
        { columnMatch: score, formatter: 8, formatOptions: { min: 0, palette: "orange" } },
      ],
      filter: true,
    },
  };
}
