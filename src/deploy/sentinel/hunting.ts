/*
 * Hunting queries on the table of results. Each ends in the columns that entities are mapped to (Actor and Resource are kept for that).
 */
import { disconnectedScore } from "../../delivery/rows.js";
import { type Answers, namesOf } from "../answers.js";
import { guidOf } from "../guid.js";
import { entityColumns } from "../kql/queries.js";
import { kqlName, kqlReal } from "../text/kql.js";

export interface HuntingQuery {
  /** Of its file. */
  readonly file: string;
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly tactics: readonly string[];
  readonly techniques: readonly string[];
  readonly query: string;
  /** Tables of Microsoft's that it needs beside the results. */
  readonly tables: readonly string[];
}

interface Text extends Pick<HuntingQuery, "file" | "name" | "description" | "tactics" | "techniques"> {
  tables?: readonly string[];
  query: (latest: string, answers: Answers) => string;
}

/** The score of disconnected accesses is a sign and no number of deviations: sums and percentiles leave it out and count it apart. */
const [finite, disconnected] = [`Score < ${kqlReal(disconnectedScore)}`, `Score == ${kqlReal(disconnectedScore)}`];
const deviations = `iff(${finite}, Score, real(null))`;

const discovery = { tactics: ["Discovery"], techniques: ["T1135"] };
const collection = { tactics: ["Collection"], techniques: ["T1039"] };

const texts: readonly Text[] = [
  {
    file: "unusual-weeks",
    name: "An actor's most unusual week",
    ...collection,
    description:
      "Weeks in which the unusual accesses of an actor add up to the most; the worst access of the week stands beside the sum, which leaves disconnected ones out.",
    query: (latest) => `${latest}
| where Score > 0
| extend Week = startofweek(coalesce(EventTime, TimeGenerated))
| summarize Total = sumif(Score, ${finite}), Disconnected = countif(${disconnected}), Accesses = count(), Resources = dcount(Resource), arg_max(Score, Resource, Reason) by Tenant, Actor, Week
| summarize arg_max(Total, *) by Tenant, Actor
| top 100 by Total
`,
  },
  {
    file: "many-new-actors",
    name: "Resources that many actors use for the first time",
    ...collection,
    description:
      "Resources that more actors than usual were seen at for the first time in one day: a share that was opened to all, or a file that lures.",
    query: (latest) => `${latest}
| summarize FirstSeen = min(coalesce(EventTime, TimeGenerated)), arg_max(Score, Actor, Reason) by Tenant, NewActor = Actor, Resource
| summarize NewActors = dcount(NewActor), arg_max(Score, Actor, Reason), Actors = make_set(NewActor, 20) by Tenant, Resource, Day = startofday(FirstSeen)
| where NewActors >= 5
| top 100 by NewActors
`,
  },
  {
    file: "many-resources",
    name: "Actors that reach for many unusual resources in a day",
    ...discovery,
    description:
      "Actors whose unusual accesses spread over many resources within one day, as somebody who looks around does.",
    query: (latest) => `${latest}
| extend Day = startofday(coalesce(EventTime, TimeGenerated))
| summarize Resources = dcount(Resource), Total = sumif(Score, ${finite}), Disconnected = countif(${disconnected}), arg_max(Score, Resource, Reason), Sample = make_set(Resource, 20) by Tenant, Actor, Day
| where Resources >= 5
| order by Resources desc, Total desc
| take 100
`,
  },
  {
    file: "events-around",
    name: "File share events behind an unusual access",
    ...collection,
    tables: ["SecurityEvent"],
    description:
      "The events 5140 and 5145 that a score above the threshold of the rule was made of: from which address, on which computer, how often on that day.",
    query: (latest, { threshold }) => `let unusual = ${latest}
| where Score > ${kqlReal(threshold)} and isnotnull(EventTime)
| extend Day = startofday(EventTime)
| project Tenant, Actor, Resource, Day, Score, Reason, RecordId;
SecurityEvent
| where EventID in (5140, 5145)
| extend Day = startofday(TimeGenerated)
| summarize Events = count(), FirstEvent = min(TimeGenerated), LastEvent = max(TimeGenerated), Addresses = make_set(IpAddress, 20), Computers = make_set(Computer, 20) by Actor = Account, Resource = ShareName, Day
| join kind=inner unusual on Actor, Resource, Day
| project Day, Actor, Resource, Score, Reason, Events, FirstEvent, LastEvent, Addresses, Computers, RecordId
| top 100 by Score
`,
  },
  {
    file: "scores-over-time",
    name: "Scores over time, by model",
    ...discovery,
    description:
      "How many rows each model wrote a day and how their scores are spread. A step at a new model is a change of the model and not of the users.",
    query: (latest) => `${latest}
| summarize Rows = count(), Disconnected = countif(${disconnected}), Median = percentile(${deviations}, 50), High = percentile(${deviations}, 99), arg_max(Score, Actor, Resource, Reason) by ModelId, Day = startofday(TimeGenerated)
| order by Day desc, ModelId asc
`,
  },
  {
    file: "new-actors",
    name: "Actors of whom little is known",
    ...discovery,
    description:
      "Actors that were first seen in the last seven days of the time range, which has to be longer: 30 days, say. Their scores stand on few accesses: look at them with that in mind, or at what they reach for first.",
    query: (latest) => `${latest}
| extend Seen = coalesce(EventTime, TimeGenerated)
| summarize FirstSeen = min(Seen), Days = dcount(startofday(Seen)), Accesses = count(), arg_max(Score, Resource, Reason) by Tenant, Actor
| where FirstSeen > ago(7d)
| top 100 by Score
`,
  },
  {
    file: "no-connection",
    name: "Accesses that no chain of shared accesses explains",
    tactics: ["LateralMovement"],
    techniques: ["T1021"],
    description: `Accesses between groups that have nothing in common: byoml gives them the score ${disconnectedScore}. Few and far between, and worth a look each.`,
    query: (latest) => `${latest}
| where ${disconnected}
| project TimeGenerated, EventTime, Tenant, Actor, Resource, Score, Reason, PeerSummary, RecordId
| top 100 by TimeGenerated
`,
  },
];

export function huntingQueries(answers: Answers): HuntingQuery[] {
  const { latest, table } = namesOf(answers);
  const { subscription, resourceGroup, workspace } = answers;
  return texts.map(({ query, tables = [], ...facts }) => ({
    ...facts,
    tables,
    id: guidOf("hunting", facts.file, subscription, resourceGroup.toLowerCase(), workspace.toLowerCase(), table),
    query: `${query(kqlName(latest), answers)}${entityColumns}`,
  }));
}
