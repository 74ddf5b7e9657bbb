import { execFile } from "node:child_process";
import { copyFileSync, cpSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { loadModel } from "../../src/model/load.js";
import { saveModel } from "../../src/model/save.js";
import { temporaryFolder } from "./folders.js";
import { sampleModel } from "./sample.js";

const pathOf = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

// Some eighty processes, one after the other in the worst case.
vi.setConfig({ testTimeout: 600_000 });

describe("replacing a model, ended at every change of the file system in turn", () => {
  const suite = mkdtempSync(join(tmpdir(), "byoml-crash-"));
  // As deep as the room itself, because it reads the package's version two folders up.
  const child = join(suite, "dist/model/crash-child.mjs");
  const { data: older, facts } = sampleModel();
  const newer = { ...older, history: null };

  beforeAll(async () => {
    const entryPoints = [pathOf("./crash-child.ts")];
    await build({ entryPoints, outfile: child, bundle: true, platform: "node", format: "esm", target: "node20" });
    copyFileSync(pathOf("../../package.json"), join(suite, "package.json"));
    await saveModel(join(suite, "older"), older, facts);
  });
  afterAll(() => rmSync(suite, { recursive: true, force: true }));

  /** Runs the child in a folder of its own; gives the folder and how the child ended. */
  async function comeToGrief(mode: "kill" | "fail", at: number) {
    const folder = temporaryFolder();
    cpSync(join(suite, "older"), join(folder, "model"), { recursive: true });
    const ending = await new Promise<string>((resolve) => {
      execFile(process.execPath, [child, folder, mode, String(at)], (error, output, messages) => {
        resolve(error ? (error.signal ?? messages) : output);
      });
    });
    return { folder, ending };
  }

  /** Comes to grief at change 1, 2, 3 … until the save has no such change any more; gives the number of changes. */
  async function atEveryChange(mode: "kill" | "fail", check: (folder: string, ending: string) => Promise<void>) {
    for (let changes = 0; ; ) {
      const griefs = await Promise.all([1, 2, 3, 4].map((more) => comeToGrief(mode, changes + more)));
      for (const { folder, ending } of griefs) {
        if (ending === "too few changes") return changes;
        await check(folder, ending);
        changes++;
      }
    }
  }

  it("always leaves a whole model, and the next save puts things right", async () => {
    const found = { older: 0, newer: 0 };
    const changes = await atEveryChange("kill", async (folder, ending) => {
      expect(ending).toBe("SIGKILL");
      const model = join(folder, "model");
      const { data } = await loadModel(model);
      expect([older, newer]).toContainEqual(data);
      found[data.history ? "older" : "newer"]++;
      await saveModel(model, older, facts);
      expect((await loadModel(model)).data).toEqual(older);
      expect(readdirSync(folder)).toEqual(["model"]);
    });
    expect(changes).toBeGreaterThan(30);
    expect(found.older).toBeGreaterThan(found.newer);
    expect(found.newer).toBeGreaterThan(0);
  });

  it("leaves the older model and nothing else when a change fails", async () => {
    const changes = await atEveryChange("fail", async (folder, ending) => {
      const { data } = await loadModel(join(folder, "model"));
      if (ending.startsWith("rejected") && !data.history) {
        // Only the last step, which brings the folder's entries to the disk, comes after the new model took its place.
        expect(data).toEqual(newer);
        return;
      }
      expect(ending).toMatch(/^(saved|rejected: ENOSPC)/);
      expect(data).toEqual(ending === "saved" ? newer : older);
      const left = readdirSync(folder).filter((name) => ending !== "saved" || !name.startsWith(".byoml-previous-"));
      expect(left).toEqual(["model"]);
    });
    expect(changes).toBeGreaterThan(30);
  });
});
