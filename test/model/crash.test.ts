import { execFile } from "node:child_process";
import { copyFileSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
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

// Some forty processes, one after the other.
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

  /** Runs the child; gives its endings, or the signal that ended it. */
  function run(...args: string[]): Promise<string[] | string> {
    return new Promise((resolve) => {
      execFile(process.execPath, [child, ...args], (error, output, messages) => {
        resolve(error ? (error.signal ?? messages) : (JSON.parse(output) as string[]));
      });
    });
  }

  it("always leaves a whole model when it is killed, and the next save puts things right", async () => {
    const folder = temporaryFolder();
    const found = { older: 0, newer: 0 };
    for (let at = 1; ; at++) {
      const ending = await run("kill", join(suite, "older"), folder, String(at));
      if (typeof ending !== "string") {
        expect(ending).toEqual(["over"]);
        break;
      }
      expect(ending).toBe("SIGKILL");
      const model = join(folder, String(at), "model");
      const { data } = await loadModel(model);
      expect([older, newer]).toContainEqual(data);
      found[data.history ? "older" : "newer"]++;
      await saveModel(model, older, facts);
      expect((await loadModel(model)).data).toEqual(older);
      expect(readdirSync(join(folder, String(at)))).toEqual(["model"]);
    }
    expect(found.older).toBeGreaterThan(30);
    expect(found.newer).toBeGreaterThan(0);
  });

  it("leaves the older model and nothing else when a change fails", async () => {
    const folder = temporaryFolder();
    const endings = await run("fail", join(suite, "older"), folder);
    const last = endings.length - 1;
    expect(last).toBeGreaterThan(30);
    const found = { older: 0, newer: 0 };
    for (let i = 0; i < last; i++) {
      const place = join(folder, String(i + 1));
      const { data } = await loadModel(join(place, "model"));
      expect([older, newer]).toContainEqual(data);
      found[data.history ? "older" : "newer"]++;
      if (data.history) expect(endings[i]).toMatch(/^ENOSPC/);
      if (data.history) expect(readdirSync(place)).toEqual(["model"]);
    }
    expect(found.older).toBeGreaterThan(30);
    // Bringing the folder's entries to the disk (two changes) and removing the older model come after the new one took its place.
    expect(found.newer).toBeGreaterThan(0);
    expect(endings[last]).toBe("over");
  });
});
