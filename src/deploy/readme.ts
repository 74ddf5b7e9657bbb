/*
 * The README of a deployment: what to do in which order, what it changes and costs, how to check it, how to undo it.
 */
import { defaultTable } from "../delivery/columns.js";
import { type Answers, namesOf } from "./answers.js";
import { shortOf } from "./duration.js";
import { azureRegistry, packageFile } from "./schedule/container.js";
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
| 1 data export | ${cell(answers.tables.join(", "))} of the workspace go to the containers ${cell(exportContainers.join(", "))} of ${cell(answers.storageAccount)}, from then on | the export by GB, and the storage: set a lifecycle rule on these containers, never on that of the state, that deletes what is older than the training window | Contributor on workspace and storage account |
| 2 table | the table ${cell(table)}, a data collection rule${answers.identity === "user-assigned" ? ", a managed identity" : ""}, the role Monitoring Metrics Publisher on the rule | ingestion and retention of the rows above ${answers.deliverAbove} (\`--deliver-above\`) | Contributor and Role Based Access Control Administrator (or Owner) on the resource group |
| 3 storage | the containers, where they are missing; Storage Blob Data Reader on those of the export, Contributor on ${cell(stateContainer)} | nothing | the same on ${cell(answers.storageResourceGroup)} |
| 4 Sentinel | a function, a scheduled rule, hunting queries, a workbook | nothing | Microsoft Sentinel Contributor, Workbook Contributor |
| 5 schedule | one of the three ways to run \`byoml run\` | a machine's time; the job's messages go to the workspace | Contributor for the job and the function app; root of a machine |

Every \`.json\` has a \`.bicep\` that says the same: use the one or the other.`;
}

function prepare(answers: Answers): string {
  const { subscription, cloud } = answers;
  const clouds = { public: "AzureCloud", usgovernment: "AzureUSGovernment", china: "AzureChinaCloud" };
  return `## Before

${block(...(cloud === "public" ? [] : [`az cloud set --name ${clouds[cloud]}`]), "az login", `az account set --subscription ${shell(subscription)}`)}

byoml reads the events 5140 and 5145 (access to file shares): the policy "Audit File Share" has to be on, and the collection of Windows security events has to include them. Other events: say what to read by BYOML_USER, BYOML_RESOURCE and BYOML_WHERE, the flags of \`byoml run\` as variables, where the schedule runs (byoml.env, environment of the job, settings of the function app).

Which threshold? \`byoml evaluate FOLDER --thresholds 3,5,8\` on a copy of the export shows which share of your new accesses, all taken for harmless, has a higher score. Choose \`--threshold\` by that, and write the files again.${notebooks(answers)}`;
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
  const { resourceGroup, storageResourceGroup, identity, principalId, region, cloud } = answers;
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

${made || principalId !== null ? "" : "OBJECT_ID is the object id of the identity that runs byoml: of a virtual machine, a service principal, a workload identity; of a user-assigned identity. For a service principal take the id of the enterprise application, not that of the app registration.\n\n"}${region === null ? `Everything is made in the region of the resource group; where the workspace is in another, write the files again with \`--region\`. ` : ""}The storage account has to be in the region of the workspace, and not a Premium one; where it has a firewall, let trusted Microsoft services through, and what runs byoml. Where the workspace exports these tables to this account already, leave step 1 out. The export starts with what arrives after step 1: let it fill for some days before the first training means something. Step 4 refers to the table: if it says that a column or table cannot be resolved, the table is still new, and it helps to wait some minutes.${cloud === "china" ? " It needs Microsoft Sentinel, which Microsoft announced to end in Azure in China in August 2026." : ""}

${custom(answers)}The rule looks at rows that arrived in the last ${shortOf(answers.frequency)}, among those that were made in the last ${shortOf(answers.frequency + answers.delay)}, and at each RecordId once. ${late(answers)} One run makes at most 150 alerts; what is beyond that is in the last one.`;
}

/** What is not known of the export of custom tables, and how to find out. */
function custom({ tables, storageResourceGroup, storageAccount }: Answers): string {
  const odd = tables.filter((table) => table.includes("_"));
  if (odd.length === 0) return "";
  const list = `az storage container-rm list --resource-group ${shell(storageResourceGroup)} --storage-account ${shell(storageAccount)} --query ${shell("[].name")}`;
  return `Names of containers have no underscores, and it is not documented what an export writes instead: for ${code(odd.join(", "))} a hyphen is taken. Half an hour after step 1 look whether that is so, with ${code(list)}; if not, put the name that is there into 3-storage and the files of the schedule. A custom table can be exported when a data collection rule fills it, not when the HTTP Data Collector API does.

`;
}

/** What becomes of rows that are delivered late, after an outage or by a cycle that was continued. */
function late({ delay }: Answers): string {
  return delay >= 2880
    ? "However late a row is delivered, it is not missed: Log Analytics gives rows older than two days the time of their receipt."
    : `A row that is delivered more than ${shortOf(delay)} after it was made, and less than two days, raises no alert (\`--delay\`).`;
}

function schedule(answers: Answers): string {
  const { subscription, resourceGroup, image, identity } = answers;
  const registry =
    image === null
      ? `The job pulls from Azure Container Registry as its identity where \`byoml deploy\` knew the name of the image (\`--image\`); else the image has to be public. `
      : azureRegistry(image) === null
        ? ""
        : "The registry must let the identity pull: role AcrPull. ";
  const made =
    identity === "user-assigned"
      ? shell(
          `/subscriptions/${subscription}/resourceGroups/${resourceGroup}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/${namesOf(answers).identity}`,
        )
      : null;
  const open = [
    ...(image === null ? ["image=IMAGE"] : []),
    ...(identity === "principal" ? ["identityId=RESOURCE_ID", "clientId=CLIENT_ID"] : []),
  ];
  return `## 5: a schedule

Take one. All run \`byoml run\` every ${shortOf(answers.interval)}; a cycle that is cut off goes on where it was, and a second one beside it is refused by the lock on the state. Each needs the package: \`npm ci && npm pack\` in a clone of byoml writes ${code(packageFile)}.

**A job in Container Apps.** Copy the package beside the Dockerfile, then:

${block(
  "cd schedule/container",
  `docker build --tag ${image === null ? "IMAGE" : shell(image)} . && docker push ${image === null ? "IMAGE" : shell(image)}`,
  `az deployment group create --resource-group ${shell(resourceGroup)} --name byoml-job --template-file job.json${open.length === 0 ? "" : ` --parameters ${open.join(" ")}`}`,
)}

${registry}It gets 2 cores and 4 GB. Anywhere else, with a read-only root: \`docker run --read-only --tmpfs /work:uid=1000,mode=0700 --cap-drop ALL --security-opt no-new-privileges IMAGE run …\`. The words after \`run\` are those of byoml.service.

**systemd**, on a machine with Node.js 20.15 or later in /usr/bin or /usr/local/bin, beside the package:

${block(
  `sudo npm install --global --prefix /usr/local ./${packageFile}`,
  "cd schedule/systemd",
  "sudo install -D -m 0600 byoml.env /etc/byoml/byoml.env && sudoedit /etc/byoml/byoml.env",
  "sudo install -m 0644 byoml.service byoml.timer /etc/systemd/system/",
  "sudo systemctl daemon-reload && sudo systemctl enable --now byoml.timer",
  "systemctl list-timers byoml.timer; journalctl --unit byoml.service",
)}

byoml.env wants ENDPOINT and RULE_ID, outputs of step 2, and ${made === null ? "CLIENT_ID where the identity is a user-assigned one." : `CLIENT_ID, another one. A virtual machine of Azure gets the identity by ${code(`az vm identity assign --resource-group GROUP --name VM --identities ${made}`)}; any other machine needs an identity of its own (\`--identity principal\`).`}

**A timer in Azure Functions** (Linux, Node.js 20.15 or later; a Flex Consumption plan with instances of 2 GB will do, the old Consumption plan is no longer offered on Linux). Copy the package into schedule/function-app, then:

${block(
  "cd schedule/function-app",
  "npm install && func azure functionapp publish NAME",
  `az functionapp config appsettings set --resource-group ${shell(resourceGroup)} --name NAME --settings BYOML_ENDPOINT=ENDPOINT BYOML_RULE_ID=RULE_ID AZURE_CLIENT_ID=CLIENT_ID`,
  `az functionapp identity assign --resource-group ${shell(resourceGroup)} --name NAME --identities ${made ?? "RESOURCE_ID"}`,
)}

${made === null ? "The last line and AZURE_CLIENT_ID are for a user-assigned identity. " : ""}A run ends after the 10 minutes of functionTimeout in host.json, which byoml sees coming, and goes on at the next tick; raise it where cycles take longer (the plan says how far). A first training on weeks of exports wants more memory than the 1 GB that cycle.js allows: run it once elsewhere on the same \`--state\`. One instance runs a timer at a time.`;
}

function check(answers: Answers): string {
  const { table, latest, inputs, state, stream } = namesOf(answers);
  return `## Check

${block(
  `az deployment group show --resource-group ${shell(answers.resourceGroup)} --name byoml-table --query properties.outputs`,
  `byoml doctor --azure ${inputs.map(shell).join(" ")} --state ${shell(state)} --endpoint ENDPOINT --rule-id RULE_ID --stream ${shell(stream)}`,
)}

- The doctor checks the rights of who runs it: run it where byoml runs, as what byoml runs as. Your own sign-in has other roles.
- A role that was granted just now may answer 403 for up to 30 minutes.
- The first rows may take 15 minutes until ${code(table)} shows them.
- ${code(latest)} is the function that keeps one row of each RecordId: a row that was sent twice, after a lost answer, stands twice in the table and once there. Write queries on the function.
- Alerts appear for rows that arrive from ${shortOf(answers.frequency)} before the rule was made; for none before.`;
}
