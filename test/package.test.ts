import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { builtinModules } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));
const readJson = (file: string) => JSON.parse(readFileSync(join(root, file), "utf8"));
const manifest = readJson("package.json");
const lock = readJson("package-lock.json") as {
  packages: Record<
    string,
    { version: string; integrity?: string; dev?: boolean; engines?: { node?: string }; hasInstallScript?: boolean }
  >;
};
const installed = Object.entries(lock.packages).filter(([path]) => path !== "");

/** Every .ts file below a folder. */
function sources(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .map((file) => join(root, folder, file));
}

/** Names in import and export statements and dynamic imports. */
function importsOf(file: string): string[] {
  const text = readFileSync(file, "utf8");
  return [...text.matchAll(/(?:\bfrom\s+|\bimport\s*\(?\s*)"([^"]+)"/g)].map((match) => match[1] as string);
}

const packageOf = (name: string) =>
  name
    .split("/")
    .slice(0, name.startsWith("@") ? 2 : 1)
    .join("/");
const isPackage = (name: string) => !name.startsWith(".") && !name.startsWith("node:");

describe("dependencies", () => {
  it("are few, and each is chosen", () => {
    expect(Object.keys(manifest.dependencies).sort()).toEqual([
      "@assemblyscript/loader",
      "@azure/identity",
      "@azure/monitor-ingestion",
      "@azure/storage-blob",
      "commander",
      "csv-stringify",
      "hyparquet",
      "hyparquet-writer",
      "piscina",
      "string-width",
      "yaml",
    ]);
  });

  it("that are optional are those of event hubs, installed by whoever reads them and tested here", () => {
    const peers = Object.keys(manifest.peerDependencies);
    expect(peers.sort()).toEqual(["@azure/event-hubs", "@azure/eventhubs-checkpointstore-blob"]);
    for (const name of peers) {
      expect(manifest.peerDependenciesMeta[name], name).toEqual({ optional: true });
      expect(manifest.devDependencies[name], name).toBe(manifest.peerDependencies[name]);
    }
  });

  it("are pinned to one version each, and locked with their content", () => {
    const { dependencies, peerDependencies, devDependencies } = manifest;
    const versions = Object.values({ ...dependencies, ...peerDependencies, ...devDependencies });
    for (const version of versions) expect(version).toMatch(/^\d+\.\d+\.\d+$/);
    for (const [path, { integrity }] of installed) expect(integrity, path).toMatch(/^sha512-/);
    for (const [path, { version }] of Object.entries(lock.packages).slice(1)) {
      const wanted = { ...manifest.dependencies, ...manifest.devDependencies }[path.replace("node_modules/", "")];
      if (wanted) expect(version, path).toBe(wanted);
    }
  });

  it("that are shipped, or installed beside, run nothing when they are installed, and work on Node 20", () => {
    const beside = Object.keys(manifest.peerDependencies).map((name) => `node_modules/${name}`);
    for (const [path, { dev, engines, hasInstallScript }] of installed) {
      if (dev && !beside.includes(path)) continue;
      expect(hasInstallScript ?? false, path).toBe(false);
      const range = engines?.node ?? ">=0";
      const accepts20 = range.split("||").some((part) => {
        const [, operator, major] = /^\s*(>=|\^|~|)\s*(\d+)/.exec(part) ?? [];
        return operator === ">=" ? Number(major) <= 20 : Number(major) === 20;
      });
      expect(accepts20, `${path}: ${range}`).toBe(true);
    }
  });

  it("are declared where the sources import them, and all of them are used", () => {
    const used = new Set(sources("src").flatMap(importsOf).filter(isPackage).map(packageOf));
    const bundled = new Set(["echarts"]); // into the report's script
    const declared = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies });
    for (const name of used) {
      expect(builtinModules, "imports of Node start with node:").not.toContain(name);
      if (!bundled.has(name)) expect(declared).toContain(name);
    }
    for (const name of declared) expect([...used]).toContain(name);
  });

  it("that are optional are loaded where they are used, and not before", () => {
    for (const file of sources("src"))
      for (const name of Object.keys(manifest.peerDependencies)) {
        const statements = readFileSync(file, "utf8").matchAll(/^(?:import|export)\b[^;]*?from\s+"([^"]+)";/gm);
        for (const [statement, from] of statements) if (from === name) expect(statement, file).toMatch(/^import type /);
      }
  });

  it("on Azure are imported in the room azure alone", () => {
    for (const file of sources("src"))
      if (!file.includes("/src/azure/"))
        expect(
          importsOf(file).some((name) => name.startsWith("@azure/")),
          file,
        ).toBe(false);
  });

  it("are not asked for more than Node 20", () => {
    expect(manifest.engines).toEqual({ node: ">=20.15" });
  });
});

describe("the package", () => {
  it("exports the library and nothing else, and has what it names", () => {
    expect(Object.keys(manifest.exports)).toEqual([".", "./package.json"]);
    for (const file of [...Object.values(manifest.exports["."]), manifest.bin.byoml, manifest.types])
      expect(existsSync(join(root, file as string)), file as string).toBe(true);
    expect(readFileSync(join(root, manifest.bin.byoml), "utf8").startsWith("#!/usr/bin/env node\n")).toBe(true);
    expect(statSync(join(root, manifest.bin.byoml)).mode & 0o111).not.toBe(0);
  });

  it("packs what it needs to run, and neither tests nor data", () => {
    const { stdout } = spawnSync("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], {
      cwd: root,
      encoding: "utf8",
    });
    const files: string[] = JSON.parse(stdout)[0].files.map(({ path }: { path: string }) => path);
    for (const needed of [
      "dist/index.js",
      "dist/cli/main.js",
      "dist/pool/worker.cjs",
      "dist/wasm/kernels.wasm",
      "dist/wasm/kernels-relaxed.wasm",
      "dist/report/browser.js",
      "LICENSE",
      "THIRD-PARTY-NOTICES.md",
    ])
      expect(files).toContain(needed);
    expect(files.filter((file) => /^(test|bench|src|assembly|\.cache)\//.test(file))).toEqual([]);
  });

  it("starts nothing when the library is imported", () => {
    const script = `
      const active = async () => {
        await new Promise(setImmediate); // files of modules are closed by then
        return process.getActiveResourcesInfo().filter((resource) => resource !== "PipeWrap"); // standard streams
      };
      const before = await active();
      const library = await import("byoml");
      console.log(JSON.stringify({ before, after: await active(), names: Object.keys(library).sort() }));
    `;
    const { stdout, status } = spawnSync(process.execPath, ["--input-type=module", "--eval", script], {
      cwd: root,
      encoding: "utf8",
    });
    expect(status).toBe(0);
    const { before, after, names } = JSON.parse(stdout);
    expect(after).toEqual(before);
    expect(names).toEqual([
      "AccessAnomaly",
      "AccessAnomalyModel",
      "AccessCounter",
      "BlobOrigin",
      "BlobStore",
      "ByomlError",
      "DataError",
      "FolderStore",
      "HubOrigin",
      "LocalOrigin",
      "NoSolutionError",
      "OptionError",
      "Predictor",
      "alsDefaults",
      "evaluate",
      "fileDestination",
      "logAnalytics",
      "runCycle",
      "trainAls",
      "watch",
    ]);
  });

  it("says WebAssembly in one room, and in the types of the pool", () => {
    const users = sources("src").filter((file) => readFileSync(file, "utf8").includes("WebAssembly."));
    const rooms = new Set(users.map((file) => file.slice(join(root, "src/").length).split("/")[0]));
    expect([...rooms].sort()).toEqual(["pool", "wasm"]);
  });
});
