import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { replaceFile } from "../../src/base/file.js";
import { manifestFile } from "../../src/cli/deploy/manifest.js";
import { planFolder } from "../../src/cli/deploy/plan.js";
import { writeFolder } from "../../src/cli/deploy/write.js";
import { byoml, folder } from "./terminal.js";

const flags = [
  ...["--subscription", "01234567-89ab-cdef-0123-456789abcdef", "--resource-group", "security"],
  ...["--workspace", "siem", "--storage-account", "siemexport"],
];
const paths = (home: string) =>
  readdirSync(home, { recursive: true, encoding: "utf8" })
    .filter((path) => statSync(join(home, path)).isFile())
    .sort();
const content = (home: string) =>
  Object.fromEntries(paths(home).map((path) => [path, readFileSync(join(home, path), "utf8")]));
const states = (out: string) =>
  Object.fromEntries(
    (JSON.parse(out).files as { path: string; state: string }[]).map(({ path, state }) => [path, state]),
  );

async function deployed(): Promise<string> {
  const home = join(folder(), "azure");
  expect((await byoml(["deploy", "--out", home, ...flags])).code).toBe(0);
  return home;
}

describe("deploy", () => {
  it("writes all files into a new folder, scripts executable", async () => {
    const home = join(folder(), "azure");
    const { code, out } = await byoml(["deploy", "--out", home, ...flags]);
    expect(code).toBe(0);
    expect(out).toContain("29 files are in");
    expect(paths(home)).toHaveLength(30);
    expect(statSync(join(home, "1-data-export.sh")).mode & 0o111).not.toBe(0);
    expect(readdirSync(join(home, ".."))).toEqual(["azure"]);
  });

  it("writes into an empty folder, too, and gives the same files for the same answers", async () => {
    const home = folder();
    expect((await byoml(["deploy", "--out", home, ...flags])).code).toBe(0);
    expect(content(home)).toEqual(content(await deployed()));
  });

  it("replaces its own files, leaves what is the same, and removes what is not needed any more", async () => {
    const home = await deployed();
    writeFileSync(join(home, "notes.txt"), "mine");
    const manifest = JSON.parse(readFileSync(join(home, manifestFile), "utf8"));
    const readme = manifest.files["README.md"];
    await replaceFile(join(home, "old.kql"), [readFileSync(join(home, "README.md"))]);
    writeFileSync(
      join(home, manifestFile),
      JSON.stringify({ ...manifest, files: { ...manifest.files, "old.kql": readme } }),
    );
    const { code, out } = await byoml(["deploy", "--out", home, ...flags, "--severity", "High", "--json"]);
    expect(code).toBe(0);
    expect(states(out)).toMatchObject({
      "4-sentinel.json": "replaced",
      "sentinel/analytics-rule.yaml": "replaced",
      "2-table.json": "unchanged",
      "old.kql": "removed",
    });
    expect(paths(home)).toContain("notes.txt");
    expect(paths(home)).not.toContain("old.kql");
    expect(readFileSync(join(home, "sentinel/analytics-rule.yaml"), "utf8")).toContain("severity: High");
  });

  it("does not overwrite what was changed by hand without --force", async () => {
    const home = await deployed();
    const file = join(home, "sentinel/analytics-rule.yaml");
    writeFileSync(file, "mine");
    const before = content(home);
    const refused = await byoml(["deploy", "--out", home, ...flags, "--severity", "High"]);
    expect(refused.code).toBe(2);
    expect(refused.err).toContain("changed by hand since they were written: sentinel/analytics-rule.yaml");
    expect(content(home)).toEqual(before);
    const forced = await byoml(["deploy", "--out", home, ...flags, "--severity", "High", "--force", "--json"]);
    expect(states(forced.out)["sentinel/analytics-rule.yaml"]).toBe("changed");
    expect(readFileSync(file, "utf8")).toContain("severity: High");
  });

  it("takes files for its own that a run wrote which was cut off", async () => {
    const home = await deployed();
    const first = content(home);
    await byoml(["deploy", "--out", home, ...flags, "--severity", "High"]);
    const second = content(home);
    // What is there between the two manifests: the sums of both, and some files new, some old.
    const sums = (text: string) => JSON.parse(text).files as Record<string, string[]>;
    const both = Object.fromEntries(
      Object.entries(sums(first[manifestFile])).map(([path, old]) => [
        path,
        [...old, ...sums(second[manifestFile])[path]],
      ]),
    );
    writeFileSync(join(home, manifestFile), JSON.stringify({ ...JSON.parse(first[manifestFile]), files: both }));
    writeFileSync(join(home, "4-sentinel.json"), first["4-sentinel.json"]);
    const { code } = await byoml(["deploy", "--out", home, ...flags, "--severity", "Low"]);
    expect(code).toBe(0);
    expect(readFileSync(join(home, "4-sentinel.json"), "utf8")).toContain('"severity": "Low"');
  });

  it("refuses a folder with other things in it, a file, a link, and a folder in one that is not there", async () => {
    const home = folder();
    writeFileSync(join(home, "thesis.txt"), "");
    symlinkSync(folder(), join(home, "link"));
    for (const [out, why] of [
      [home, 'a folder with "link" in it'],
      [join(home, "thesis.txt"), "something that is no folder"],
      [join(home, "link"), "something that is no folder"],
      [join(home, "no", "azure"), "does not exist"],
    ]) {
      const { code, err } = await byoml(["deploy", "--out", out, ...flags]);
      expect(code).toBe(2);
      expect(err).toContain(`--out: expected`);
      expect(err).toContain(why);
    }
    expect(readdirSync(home).sort()).toEqual(["link", "thesis.txt"]);
  });

  it("takes a folder whose parent is a link", async () => {
    const home = folder();
    mkdirSync(join(home, "real"));
    symlinkSync(join(home, "real"), join(home, "link"));
    expect((await byoml(["deploy", "--out", join(home, "link", "azure"), ...flags])).code).toBe(0);
    expect(paths(join(home, "real", "azure"))).toHaveLength(30);
  });

  it("says what is wrong with the folder before it asks anything", async () => {
    const home = folder();
    writeFileSync(join(home, "thesis.txt"), "");
    const ask = async () => expect.unreachable("it asked");
    expect((await byoml(["deploy", "--out", home], { ask })).err).toContain("thesis.txt");
  });

  it("says with --dry-run that it would be refused", async () => {
    const home = await deployed();
    writeFileSync(join(home, "README.md"), "mine");
    const { code, out } = await byoml(["deploy", "--out", home, ...flags, "--dry-run"]);
    expect(code).toBe(0);
    expect(out).toMatch(/^changed +README\.md$/m);
    expect(out).toContain("it would be refused without --force");
    expect(readFileSync(join(home, "README.md"), "utf8")).toBe("mine");
  });

  it("follows neither links nor paths out of the folder", async () => {
    const home = await deployed();
    const other = folder();
    writeFileSync(join(other, "file"), "theirs");
    rmSync(join(home, "README.md"));
    symlinkSync(join(other, "file"), join(home, "README.md"));
    expect((await byoml(["deploy", "--out", home, ...flags, "--force"])).err).toContain("README.md, which is no file");
    rmSync(join(home, "README.md"));
    const manifest = JSON.parse(readFileSync(join(home, manifestFile), "utf8"));
    manifest.files["../file"] = ["0"];
    writeFileSync(join(home, manifestFile), JSON.stringify(manifest));
    const { code, err } = await byoml(["deploy", "--out", home, ...flags]);
    expect(code).toBe(3);
    expect(err).toContain('got "../file"');
    expect(readFileSync(join(other, "file"), "utf8")).toBe("theirs");
  });

  it("refuses a folder of a later byoml", async () => {
    const home = await deployed();
    writeFileSync(join(home, manifestFile), JSON.stringify({ format: "byoml-deploy", version: 2, files: {} }));
    const { code, err } = await byoml(["deploy", "--out", home, ...flags]);
    expect(code).toBe(3);
    expect(err).toContain("expected version 1, got 2");
  });

  it("changes nothing with --dry-run, and says what it would do", async () => {
    const home = join(folder(), "azure");
    const { code, out } = await byoml(["deploy", "--out", home, ...flags, "--dry-run", "--json"]);
    expect(code).toBe(0);
    expect(states(out)["2-table.bicep"]).toBe("new");
    expect(readdirSync(join(home, ".."))).toEqual([]);
  });

  it("names every flag that is missing", async () => {
    const { code, out } = await byoml(["deploy", "--out", join(folder(), "azure"), ...flags.slice(0, 2), "--json"]);
    expect(code).toBe(2);
    expect(JSON.parse(out).details.missing).toEqual(["--resource-group", "--workspace", "--storage-account"]);
  });

  it("refuses values that are not of Azure's form, with the flag's name", async () => {
    const { code, err } = await byoml(["deploy", "--out", "x", "--subscription", "prod"]);
    expect(code).toBe(2);
    expect(err).toContain(
      'error: --subscription: expected a GUID such as 01234567-89ab-cdef-0123-456789abcdef, got "prod"',
    );
  });

  it("stops when it is interrupted, and leaves nothing behind", async () => {
    const home = folder();
    const signal = AbortSignal.abort(new DOMException("interrupted", "AbortError"));
    expect((await byoml(["deploy", "--out", join(home, "azure"), ...flags], { signal })).code).toBe(130);
    expect(readdirSync(home)).toEqual([]);
  });
});

describe("an interrupted deploy", () => {
  it("leaves files behind that the next one knows for its own, wherever it was cut off", async () => {
    const files = (text: string) => ["a.txt", "b/c.txt", "d.txt"].map((path) => ({ path, text }));
    for (let steps = 0, done = false; !done; steps++) {
      const home = folder();
      const never = new AbortController().signal;
      await writeFolder(await planFolder("azure", home, files("first\n")), files("first\n"), never);
      const second = files("second\n").slice(0, 2); // and d.txt goes
      let left = steps;
      const stopping = {
        throwIfAborted: () => {
          if (left-- <= 0) throw new Error("cut off");
        },
      } as AbortSignal;
      done = await writeFolder(await planFolder("azure", home, second), second, stopping).then(
        () => true,
        () => false,
      );
      const third = await planFolder("azure", home, files("third\n"));
      expect([...third.states.values()], `after ${steps} steps`).not.toContain("changed");
      await writeFolder(third, files("third\n"), never);
      expect(content(join(home, "azure"))).toMatchObject({
        "a.txt": "third\n",
        "b/c.txt": "third\n",
        "d.txt": "third\n",
      });
      expect(steps).toBeLessThan(100);
    }
  });

  it("does not take a folder that came meanwhile", async () => {
    const home = folder();
    const files = [{ path: "a.txt", text: "ours\n" }];
    const plan = await planFolder("azure", home, files);
    mkdirSync(join(home, "azure"));
    writeFileSync(join(home, "azure", "theirs.txt"), "");
    await expect(writeFolder(plan, files, new AbortController().signal)).rejects.toThrow(
      "something that came while it was written",
    );
    expect(readdirSync(home)).toEqual(["azure"]);
    expect(readdirSync(join(home, "azure"))).toEqual(["theirs.txt"]);
  });
});
