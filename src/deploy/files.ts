import type { Answers } from "./answers.js";
import { exportPowerShell, exportShell } from "./export.js";
import { latestQuery } from "./kql/queries.js";
import { readme } from "./readme.js";
import { sentinelTemplate } from "./resources/sentinel.js";
import { storageTemplate } from "./resources/storage.js";
import { tableTemplate } from "./resources/table.js";
import { dockerfile, jobTemplate } from "./schedule/container.js";
import { functionCode, hostFile, ignoreFile, packageOf } from "./schedule/function.js";
import { environmentFile, serviceUnit, timerUnit } from "./schedule/systemd.js";
import { huntingQueries } from "./sentinel/hunting.js";
import { workbookOf } from "./sentinel/workbook.js";
import { huntingYaml, ruleYaml } from "./sentinel/yaml.js";
import { armOf } from "./template/arm.js";
import { bicepOf } from "./template/bicep.js";
import type { Template } from "./template/model.js";

export interface DeployFile {
  /** Relative, with `/`. */
  readonly path: string;
  readonly text: string;
  readonly executable?: boolean;
}

/** Every file of a deployment: the same files for the same answers. */
export function filesOf(answers: Answers): DeployFile[] {
  return [
    { path: "README.md", text: readme(answers) },
    { path: "1-data-export.sh", text: exportShell(answers), executable: true },
    { path: "1-data-export.ps1", text: exportPowerShell(answers) },
    ...both("2-table", tableTemplate(answers)),
    ...both("3-storage", storageTemplate(answers)),
    ...both("4-sentinel", sentinelTemplate(answers)),
    { path: "sentinel/function.kql", text: latestQuery(answers) },
    { path: "sentinel/analytics-rule.yaml", text: ruleYaml(answers) },
    ...huntingQueries(answers).map((query) => ({
      path: `sentinel/hunting/${query.file}.yaml`,
      text: huntingYaml(query),
    })),
    { path: "sentinel/workbook.json", text: `${JSON.stringify(workbookOf(answers), null, 2)}\n` },
    { path: "schedule/systemd/byoml.service", text: serviceUnit(answers) },
    { path: "schedule/systemd/byoml.timer", text: timerUnit(answers) },
    { path: "schedule/systemd/byoml.env", text: environmentFile(answers) },
    { path: "schedule/container/Dockerfile", text: dockerfile() },
    ...both("schedule/container/job", jobTemplate(answers)),
    { path: "schedule/function-app/host.json", text: hostFile() },
    { path: "schedule/function-app/package.json", text: packageOf(answers) },
    { path: "schedule/function-app/.funcignore", text: ignoreFile() },
    { path: "schedule/function-app/src/functions/cycle.js", text: functionCode(answers) },
  ];
}

/** A template in both languages. */
function both(path: string, template: Template): DeployFile[] {
  return [
    { path: `${path}.json`, text: armOf(template) },
    { path: `${path}.bicep`, text: bicepOf(template) },
  ];
}
