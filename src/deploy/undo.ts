/*
 * The last part of a deployment's README: how to take everything away again.
 */
import { type Answers, namesOf } from "./answers.js";
import type { Role } from "./resources/identity.js";
import { huntingQueries } from "./sentinel/hunting.js";
import { analyticsRule } from "./sentinel/rule.js";
import { workbookId } from "./sentinel/workbook.js";
import { block } from "./text/markdown.js";
import { shell } from "./text/shell.js";

export function undo(answers: Answers): string {
  return `## Undo

The schedule first: \`sudo systemctl disable --now byoml.timer\`, the function app, or the job:

${block(...job(answers))}

What Sentinel shows:

${block(...sentinel(answers))}

Export, roles and rule:

${block(...access(answers))}

These delete data: results, byoml's state, exported events.

${block(...data(answers))}`;
}

const inGroup = ({ subscription, resourceGroup }: Answers) =>
  `--subscription ${shell(subscription)} --resource-group ${shell(resourceGroup)}`;

function job(answers: Answers): string[] {
  const { job, environment } = namesOf(answers);
  const { subscription, resourceGroup } = answers;
  const id = `/subscriptions/${subscription}/resourceGroups/${resourceGroup}/providers/Microsoft.App/managedEnvironments/${environment}`;
  return [
    `az containerapp job delete ${inGroup(answers)} --name ${shell(job)}`,
    // It outlives what it belongs to.
    `az monitor diagnostic-settings delete --name byoml --resource ${shell(id)}`,
    `az containerapp env delete ${inGroup(answers)} --name ${shell(environment)}`,
  ];
}

function sentinel(answers: Answers): string[] {
  const { subscription, resourceGroup, workspace } = answers;
  const group = `/subscriptions/${subscription}/resourceGroups/${resourceGroup}/providers`;
  const rest = (path: string, version: string) =>
    `az rest --method delete --url ${shell(`${group}/${path}?api-version=${version}`)}`;
  const inWorkspace = `Microsoft.OperationalInsights/workspaces/${workspace}`;
  const searches = [namesOf(answers).latest, ...huntingQueries(answers).map(({ id }) => id)];
  return [
    rest(`${inWorkspace}/providers/Microsoft.SecurityInsights/alertRules/${analyticsRule(answers).id}`, "2025-09-01"),
    rest(`Microsoft.Insights/workbooks/${workbookId(answers)}`, "2023-06-01"),
    ...searches.map((name) => rest(`${inWorkspace}/savedSearches/${name}`, "2020-08-01")),
  ];
}

function access(answers: Answers): string[] {
  const names = namesOf(answers);
  const made = answers.identity === "user-assigned";
  const group = inGroup(answers);
  const role = (name: Role, scope: string) =>
    `az role assignment delete --assignee "$principal" --role ${shell(name)} --scope ${scope}`;
  const container = (name: string) => shell(`${names.storageId}/blobServices/default/containers/${name}`);
  return [
    `az monitor log-analytics workspace data-export delete ${group} --workspace-name ${shell(answers.workspace)} --name ${shell(names.dataExport)}`,
    made
      ? `principal="$(az identity show ${group} --name ${shell(names.identity)} --query principalId --output tsv)"`
      : `principal=${answers.principalId === null ? "OBJECT_ID" : shell(answers.principalId)}`,
    `rule="$(az monitor data-collection rule show ${group} --name ${shell(names.collectionRule)} --query id --output tsv)"`,
    role("Monitoring Metrics Publisher", '"$rule"'),
    ...names.exportContainers.map((name) => role("Storage Blob Data Reader", container(name))),
    role("Storage Blob Data Contributor", container(names.stateContainer)),
    `az monitor data-collection rule delete ${group} --name ${shell(names.collectionRule)}`,
    ...(made ? [`az identity delete ${group} --name ${shell(names.identity)}`] : []),
  ];
}

function data(answers: Answers): string[] {
  const { table, stateContainer, exportContainers } = namesOf(answers);
  return [
    `az monitor log-analytics workspace table delete ${inGroup(answers)} --workspace-name ${shell(answers.workspace)} --name ${shell(table)}`,
    ...[stateContainer, ...exportContainers].map(
      (name) =>
        // By way of the resource manager, for which Contributor is enough; `az storage container` wants a role on the data.
        `az storage container-rm delete --subscription ${shell(answers.subscription)} --resource-group ${shell(answers.storageResourceGroup)} --storage-account ${shell(answers.storageAccount)} --name ${shell(name)}`,
    ),
  ];
}
