/*
 * The README of a deployment: what to do in which order, what it changes and costs, how to check it, how to undo it.
 */
import { defaultTable } from "../delivery/columns.js";
import { type Answers, namesOf } from "./answers.js";
import { shortOf } from "./duration.js";
import { packageFile } from "./schedule/container.js";
import { block, cell, code } from "./text/markdown.js";
import { shell } from "./text/shell.js";
import { undo } from "./undo.js";

export function readme(answers: Answers): string {
  return `${[start(answers), prepare(answers), azure(answers), schedule(answers), check(answers), undo(answers)].join("\n\n")}\n`;
}

function start(answers: Answers): string {
  const { table, stateContainer, exportContainers } = namesOf(answers);
  return `# byoml for ${code(answers.workspace)}

Written by \`byoml deploy\`. Nothing here holds a secret. Run \`byoml deploy\` again with other flags to change the files; files that you changed yourself are not overwritten without \`--force\`.

| step | what it changes | what it costs | who may |
| --- | --- | --- | --- |
| 1 data export | ${cell(answers.tables.join(", "))} of the workspace go to the containers ${cell(exportContainers.join(", "))} of ${cell(answers.storageAccount)}, from then on | the export by GB, and the storage: set a lifecycle rule that deletes what is older than the training window | Contributor on workspace and storage account |
| 2 table | the table ${cell(table)}, a data collection rule${answers.identity === "user-assigned" ? ", a managed identity" : ""}, the role Monitoring Metrics Publisher on the rule | ingestion and retention of the rows above ${answers.deliverAbove} (\`--deliver-above\`) | Contributor and Role Based Access Control Administrator (or Owner) on the resource group |
| 3 storage | the containers, where they are missing; Storage Blob Data Reader on those of the export, Contributor on ${cell(stateContainer)} | nothing | the same on ${cell(answers.storageResourceGroup)} |
| 4 Sentinel | a function, a scheduled rule, hunting queries, a workbook | nothing | Microsoft Sentinel Contributor, Workbook Contributor |
| 5 schedule | one of the three ways to run \`byoml run\` | a machine's time | – |

Every \`.json\` has a \`.bicep\` that says the same: use the one or the other.`;
}

function prepare(answers: Answers): string {
  const { subscription, cloud } = answers;
  const clouds = { public: "AzureCloud", usgovernment: "AzureUSGovernment", china: "AzureChinaCloud" };
  return `## Before

${block(...(cloud === "public" ? [] : [`az cloud set --name ${clouds[cloud]}`]), "az login", `az account set --subscription ${shell(subscription)}`)}

byoml reads the events 5140 and 5145 (access to file shares): the policy "Audit File Share" has to be on, and the collection of Windows security events has to include them.

Which threshold? \`byoml evaluate\` on a copy of the export shows how many false alarms a day a score means on your data. Choose \`--threshold\` by that, and write the files again.${notebooks(answers)}`;
}

/** The notebooks' API made a table that no rule can fill before it is migrated, and put the types of columns into their names. */
function notebooks({ resourceGroup, workspace, resultTable }: Answers): string {
  if (resultTable !== defaultTable) return "";
  const table = `${resultTable}_CL`;
  return `

Did the notebooks of Microsoft's BYO-ML package write to ${code(table)} of this workspace? Then migrate the table before step 2, or have another one (\`--result-table\`):

${block(`az monitor log-analytics workspace table migrate --resource-group ${shell(resourceGroup)} --workspace-name ${shell(workspace)} --table-name ${shell(table)}`)}

Their rows keep the columns \`TimeStamp_t\`, \`Actor_s\`, \`Resource_s\` and \`PredictedScore_d\`, as the HTTP Data Collector API named them; byoml's rows have \`TimeStamp\`, \`Actor\`, \`Resource\` and \`PredictedScore\`, as the notebooks sent them. A query finds both by \`coalesce(Actor, Actor_s)\` and the like.`;
}

function azure(answers: Answers): string {
  const { resourceGroup, storageResourceGroup, identity, principalId } = answers;
  const deploy = (group: string, name: string, file: string, ...more: string[]) =>
    `az deployment group create --resource-group ${shell(group)} --name ${name} --template-file ${file}${more.map((each) => ` ${each}`).join("")}`;
  const made = identity === "user-assigned";
  const open = made
    ? [
        `--parameters principalId="$(az identity show --resource-group ${shell(resourceGroup)} --name ${shell(namesOf(answers).identity)} --query principalId --output tsv)"`,
      ]
    : principalId === null
      ? ["--parameters principalId=OBJECT_ID"]
      : [];
  return `## 1 to 4: Azure

${block(
  "./1-data-export.sh",
  deploy(resourceGroup, "byoml-table", "2-table.json", ...(made ? [] : open)),
  deploy(storageResourceGroup, "byoml-storage", "3-storage.json", ...open),
  deploy(resourceGroup, "byoml-sentinel", "4-sentinel.json"),
)}

${made || principalId !== null ? "" : "OBJECT_ID is the object id of the identity that runs byoml: of a virtual machine, a service principal, a workload identity; of a user-assigned identity. For a service principal take the id of the enterprise application, not that of the app registration.\n\n"}The storage account has to be in the region of the workspace; where it has a firewall, let trusted Microsoft services through, and what runs byoml. The export starts with what arrives after step 1: let it fill for some days before the first training means something. Step 4 refers to the table: if it says that a column or table cannot be resolved, the table is still new, and it helps to wait some minutes.

The rule looks at rows that arrived in the last ${shortOf(answers.frequency)}, among those that were made in the last ${shortOf(answers.frequency + answers.delay)}, and at each RecordId once. ${late(answers)} One run makes at most 150 alerts; what is beyond that is in the last one.`;
}

/** What becomes of rows that are delivered late, after an outage or by a cycle that was continued. */
function late({ delay }: Answers): string {
  return delay >= 2880
    ? "However late a row is delivered, it is not missed: Log Analytics gives rows older than two days the time of their receipt."
    : `A row that is delivered more than ${shortOf(delay)} after it was made, and less than two days, raises no alert (\`--delay\`).`;
}

function schedule(answers: Answers): string {
  const { resourceGroup, image, identity } = answers;
  const registry = image?.split("/")[0].endsWith(".azurecr.io")
    ? "The registry must let the identity pull: role AcrPull. "
    : "";
  const open = [
    ...(image === null ? ["image=IMAGE"] : []),
    ...(identity === "principal" ? ["identityId=RESOURCE_ID", "clientId=CLIENT_ID"] : []),
  ];
  return `## 5: a schedule

Take one. All run \`byoml run\` every ${shortOf(answers.interval)}; a cycle that is cut off goes on where it was, and a second one beside it is refused by the lock on the state.

**A job in Container Apps.** In a clone of byoml: \`npm pack\`, which writes ${code(packageFile)}; copy it beside the Dockerfile.

${block(
  "cd schedule/container",
  `docker build --tag ${image === null ? "IMAGE" : shell(image)} . && docker push ${image === null ? "IMAGE" : shell(image)}`,
  `az deployment group create --resource-group ${shell(resourceGroup)} --name byoml-job --template-file job.json${open.length === 0 ? "" : ` --parameters ${open.join(" ")}`}`,
)}

${registry}It gets 2 cores and 4 GB. Anywhere else, with a read-only root: \`docker run --read-only --tmpfs /work:uid=1000,mode=0700 --cap-drop ALL --security-opt no-new-privileges IMAGE run …\`. The words after \`run\` are those of byoml.service.

**systemd**, on a machine with Node.js 20.15 or later and byoml in /usr/local/bin:

${block(
  "cd schedule/systemd",
  "sudo install -D -m 0600 byoml.env /etc/byoml/byoml.env && sudoedit /etc/byoml/byoml.env",
  "sudo install -m 0644 byoml.service byoml.timer /etc/systemd/system/",
  "sudo systemctl daemon-reload && sudo systemctl enable --now byoml.timer",
  "systemctl list-timers byoml.timer; journalctl --unit byoml.service",
)}

**A timer in Azure Functions** (Node.js 20 or later, Linux). Copy ${code(packageFile)} into schedule/function-app, then \`npm install\` and \`func azure functionapp publish NAME\`. Application settings: BYOML_ENDPOINT and BYOML_RULE_ID (outputs of step 2), AZURE_CLIENT_ID for a user-assigned identity. Its limits: the consumption plan ends a run after 10 minutes and has 1.5 GB of memory; a first training on weeks of exports takes more, so train once elsewhere on the same \`--state\`, or take another plan and raise functionTimeout. One instance runs a timer at a time.`;
}

function check(answers: Answers): string {
  const { table, latest, inputs, state, stream } = namesOf(answers);
  return `## Check

${block(
  `az deployment group show --resource-group ${shell(answers.resourceGroup)} --name byoml-table --query properties.outputs`,
  `byoml doctor --azure ${inputs.map(shell).join(" ")} --state ${shell(state)} --endpoint ENDPOINT --rule-id RULE_ID --stream ${shell(stream)}`,
)}

- A role that was granted just now may answer 403 for up to 30 minutes.
- The first rows may take 15 minutes until ${code(table)} shows them.
- ${code(latest)} is the function that keeps one row of each RecordId: a row that was sent twice, after a lost answer, stands twice in the table and once there. Write queries on the function.
- Alerts appear only for rows that arrive after the rule was made.`;
}
