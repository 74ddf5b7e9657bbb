/* Bundles the report's browser script with its chart library into one inline-able file: dist/report/browser.js. */

import { build } from "esbuild";

await build({
  entryPoints: ["src/report/browser/main.ts"],
  outfile: "dist/report/browser.js",
  bundle: true,
  minify: true,
  format: "iife",
  target: "es2022",
  legalComments: "inline",
  charset: "ascii",
});
