import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { defaultTable } from "../../src/delivery/columns.js";
import { readme } from "../../src/deploy/readme.js";
import { sentinelTemplate } from "../../src/deploy/resources/sentinel.js";
import { armOf } from "../../src/deploy/template/arm.js";
import { answers, hostile, principal } from "./answers.js";

describe("the README", () => {
  it("names every step, and what undoes it", () => {
    const text = readme(answers);
    for (const step of [
      "./1-data-export.sh",
      "2-table.json",
      "3-storage.json",
      "4-sentinel.json",
      "byoml doctor --azure",
      "## Undo",
    ])
      expect(text).toContain(step);
    expect(text).toContain("data-export delete");
    expect(text).not.toMatch(/undefined|\[object|NaN/);
  });

  it("asks for the object id where the identity is not known", () => {
    expect(readme({ ...principal, principalId: null })).toContain("--parameters principalId=OBJECT_ID");
    expect(readme(principal)).toContain("az cloud set --name AzureUSGovernment");
    expect(readme(principal)).not.toContain("OBJECT_ID");
  });

  it.each([
    ["usual", answers],
    ["principal", principal],
    ["hostile", hostile],
  ])("has commands that a shell can read, with %s answers", (_, given) => {
    const blocks = [...readme(given).matchAll(/^(`{3,})sh\n(.*?)\n\1$/gms)].map(([, , commands]) => commands);
    expect(blocks.length).toBeGreaterThanOrEqual(9);
    for (const commands of blocks) {
      const { status, stderr } = spawnSync("/bin/sh", ["-n"], {
        input: commands.replaceAll("\0", ""),
        encoding: "utf8",
      });
      expect(status, `${commands}\n${stderr}`).toBe(0);
    }
  });

  it("undoes what the templates make, by the same names", () => {
    const text = readme(answers);
    const { resources } = JSON.parse(armOf(sentinelTemplate(answers))) as { resources: { name: string }[] };
    for (const { name } of resources) expect(text).toContain(/([^/']+)'?\)?\]?$/.exec(name)![1]);
  });

  it("says of tables with underscores, and of no others, that the container has to be looked at", () => {
    expect(readme({ ...answers, tables: ["File_CL"] })).toContain(
      "az storage container-rm list --resource-group storage --storage-account siemexport",
    );
    expect(readme(answers)).not.toContain("not documented");
  });

  it("deletes containers by rights on the account, in its group, and not by roles on data", () => {
    const text = readme(answers);
    for (const name of ["byoml", "am-securityevent", "am-windowsevent"])
      expect(text).toContain(
        `az storage container-rm delete --subscription ${answers.subscription} --resource-group storage --storage-account siemexport --name ${name}`,
      );
    expect(text).not.toContain("az storage container delete");
  });

  it("says where things are made, as long as no region was named", () => {
    expect(readme({ ...answers, region: null })).toContain("the region of the resource group");
    expect(readme(answers)).not.toContain("the region of the resource group");
  });

  it("says what becomes of the table that the notebooks wrote to, where it is that one", () => {
    const given = { ...answers, resultTable: defaultTable };
    expect(readme(given)).toMatch(/table migrate .*--table-name '?AnomalousResourceAccessResult_CL/);
    expect(readme(given)).toContain("coalesce(Actor, Actor_s)");
    expect(readme({ ...answers, resultTable: "Another" })).not.toContain("Actor_s");
  });

  it("says whether late rows are missed", () => {
    expect(readme({ ...answers, delay: 2880 })).toContain("However late a row is delivered");
    expect(readme({ ...answers, delay: 30 })).toContain("more than 30m after it was made");
  });
});
