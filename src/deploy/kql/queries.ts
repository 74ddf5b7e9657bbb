/*
 * The queries on the table of results that every file shares. Names of tables and functions go through kqlName, so any name will do.
 */
import { type Answers, namesOf } from "../answers.js";
import { kqlName, kqlReal, kqlSpan } from "../text/kql.js";

/** The body of the function: one row for each RecordId, since rows may arrive twice. */
export function latestQuery(answers: Answers): string {
  return `${kqlName(namesOf(answers).table)}\n| summarize arg_max(TimeGenerated, *) by RecordId\n`;
}

/**
 * New rows above the threshold, each RecordId in one run of the rule only.
 *
 * The rule looks at rows of the last `delay + frequency`, because they arrive late, and takes those that arrived since its last run. A row
 * that was sent again arrives again, with the same RecordId and TimeGenerated: its first arrival decides. Sentinel executes a query five
 * minutes after the time that now() says: what arrives in between is the next run's, which would take it a second time.
 */
export function alertQuery(answers: Answers): string {
  return `let frequency = ${kqlSpan(answers.frequency)};
let threshold = ${kqlReal(answers.threshold)};
${kqlName(namesOf(answers).table)}
| where Score > threshold
| extend Arrived = ingestion_time()
| summarize arg_max(TimeGenerated, *), FirstArrived = min(Arrived) by RecordId
| where FirstArrived > ago(frequency) and FirstArrived <= now()
${entityColumns}| project-away Arrived
`;
}

/**
 * What entities are mapped to: the account's name with its domain or suffix, the resource as a file's name and folder, and the host
 * with its DNS domain where the path names one (Windows writes shares as \\\\*\\share, which does not).
 */
export const entityColumns = `| extend HasDomain = Actor contains "\\\\", HasSuffix = Actor contains "@"
| extend AccountName = case(HasDomain, tostring(split(Actor, "\\\\")[1]), HasSuffix, tostring(split(Actor, "@")[0]), Actor)
| extend AccountDomain = iff(HasDomain, tostring(split(Actor, "\\\\")[0]), "")
| extend AccountSuffix = iff(HasSuffix and not(HasDomain), tostring(split(Actor, "@")[1]), "")
| extend ResourceName = extract(@"([^\\\\/]+)[\\\\/]*$", 1, Resource)
| extend ResourceFolder = extract(@"^(.*[\\\\/])[^\\\\/]+[\\\\/]*$", 1, Resource)
| extend ResourceHost = extract(@"^\\\\\\\\((?:[0-9]+\\.){3}[0-9]+|[A-Za-z0-9_-]+)[.\\\\]", 1, Resource)
| extend ResourceDomain = extract(@"^\\\\\\\\[0-9_-]*[A-Za-z][A-Za-z0-9_-]*\\.([A-Za-z0-9._-]+)\\\\", 1, Resource)
| project-away HasDomain, HasSuffix
`;
