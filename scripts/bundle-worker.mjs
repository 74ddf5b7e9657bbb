/*
 * Bundles the workers into one CommonJS file each, dist/pool/worker.cjs and dist/ingest/worker.cjs. Workers start sooner with one file
 * than with a graph of modules; and Node 20 aborts the process when a worker is ended while it loads an ES module for `require`, which
 * piscina tries first.
 */
import { build } from "esbuild";

await build({
  entryPoints: ["src/pool/worker.ts", "src/ingest/worker.ts"],
  outbase: "src",
  outdir: "dist",
  outExtension: { ".js": ".cjs" },
  bundle: true,
  // piscina has loaded itself in its workers; a copy of it would not know what the worker moves.
  external: ["piscina"],
  platform: "node",
  format: "cjs",
  target: "node20",
  // half the bytes for every worker to parse; names stay for traces
  minifyWhitespace: true,
  legalComments: "inline",
  // All rooms are equally deep: what a module finds beside itself, it finds from the bundle too.
  banner: { js: 'const moduleUrl = require("node:url").pathToFileURL(__filename).href;' },
  define: { "import.meta.url": "moduleUrl" },
});
