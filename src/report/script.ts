import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { ByomlError } from "../base/errors.js";

/** The charts' script, bundled by the build; the address is right from src/report and from dist/report. */
const bundle = new URL("../../dist/report/browser.js", import.meta.url);

/**
 * Reads the bundled browser script.
 *
 * @throws ByomlError  when it was not built, or holds text that would end or confuse an inline `<script>`
 */
export function readScript(at: URL = bundle): string {
  let text: string;
  try {
    text = readFileSync(at, "utf8");
  } catch (cause) {
    throw new ByomlError("internal", `${fileURLToPath(at)}: the report's chart script cannot be read`, {
      hint: "Build it with `npm run build`, or install byoml again.",
      cause,
    });
  }
  // An HTML parser reads line ends as \n before the browser hashes the script.
  text = text.replace(/\r\n?/g, "\n");
  const found = /<\/script|<script|<!--/i.exec(text);
  if (found !== null)
    throw new ByomlError("internal", `${fileURLToPath(at)}: \`${found[0]}\` at ${found.index} cannot stand inline`, {
      hint: "Write it in the source so that the bundle holds an escape instead, such as `<\\/script`.",
    });
  return text;
}

/** The source expression of a Content Security Policy that allows exactly this inline script or style. */
export const sourceHash = (text: string): string =>
  `'sha256-${createHash("sha256").update(text, "utf8").digest("base64")}'`;

/**
 * The report's policy: nothing is loaded, sent, framed or navigated to; one script and one style sheet run, known by their
 * hashes; no script may turn a string into markup or code.
 */
export function contentSecurityPolicy(script: string, style: string): string {
  return [
    "default-src 'none'",
    `script-src ${sourceHash(script)}`,
    `style-src ${sourceHash(style)}`,
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join("; ");
}
