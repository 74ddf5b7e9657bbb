/*
 * The scripts that set up the export of tables to Blob Storage: for POSIX shells and for PowerShell.
 */
import { type Answers, namesOf } from "./answers.js";
import { powershell } from "./text/powershell.js";
import { shell } from "./text/shell.js";

/** Flag and values, as both scripts pass them on. */
function flagsOf(answers: Answers): [string, ...string[]][] {
  const { dataExport, storageId } = namesOf(answers);
  return [
    ["--subscription", answers.subscription],
    ["--resource-group", answers.resourceGroup],
    ["--workspace-name", answers.workspace],
    ["--name", dataExport],
    ["--tables", ...answers.tables],
    ["--destination", storageId],
    ["--enable", "true"],
  ];
}

export function exportShell(answers: Answers): string {
  const flags = flagsOf(answers).map(([flag, ...values]) => `  ${flag} ${values.map(shell).join(" ")}`);
  return `#!/bin/sh
# Exports tables of the workspace to the storage account, from now on. Needs the role Contributor on both.
set -eu
command -v az >/dev/null || { echo "the Azure command line (az) is missing" >&2; exit 1; }
az monitor log-analytics workspace data-export create \\
${flags.join(" \\\n")}
`;
}

export function exportPowerShell(answers: Answers): string {
  const flags = flagsOf(answers).map(
    ([flag, ...values]) => `    '${flag}'${values.map((value) => `, ${powershell(value)}`).join("")}`,
  );
  return `# Exports tables of the workspace to the storage account, from now on. Needs the role Contributor on both.
$ErrorActionPreference = 'Stop'
$flags = @(
${flags.join("\n")}
)
& az monitor log-analytics workspace data-export create @flags
if ($LASTEXITCODE -ne 0) { exit $LASTEXITCODE }
`;
}
