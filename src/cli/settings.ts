/*
 * Where the value of an option comes from: its flag, else the environment (`BYOML_MAX_ITER`), else the settings file, else its default.
 */
import { readFile } from "node:fs/promises";
import { basename, extname, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { Command, Option } from "commander";
import { ByomlError } from "../base/errors.js";
import { suggest } from "../base/suggest.js";
import { inert } from "../base/text.js";
import type { Io } from "./io.js";

const defaultFile = "byoml.config.json";

/** Options that only a flag can give. */
const flagsOnly = new Set(["config", "help", "version", "dryRun"]);

/** The name of an option in the environment: `maxIter` is BYOML_MAX_ITER. */
export function variableOf(name: string): string {
  return `BYOML_${name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
}

/**
 * Fills in what the flags of `command` (and of its program) left open.
 *
 * @param origins  filled with where each value came from that no flag gave, by flag
 */
export async function applySettings(command: Command, io: Io, origins: Map<string, string>): Promise<void> {
  const program = command.parent ?? command;
  const file = await settingsFile(program.getOptionValue("config"), io);
  if (file) checkKeys(file, program);
  for (const owner of command === program ? [program] : [program, command])
    for (const option of owner.options) {
      const name = option.attributeName();
      if (flagsOnly.has(name) || owner.getOptionValueSource(name) === "cli") continue;
      const variable = variableOf(name);
      const fromEnv = io.env[variable];
      if (fromEnv !== undefined && fromEnv !== "") {
        origins.set(option.long ?? name, variable);
        owner.setOptionValueWithSource(name, convert(option, fromEnv, variable), "env");
      } else if (file && Object.hasOwn(file.values, name)) {
        origins.set(option.long ?? name, file.name);
        owner.setOptionValueWithSource(name, convert(option, file.values[name], file.name), "config");
      }
    }
}

interface SettingsFile {
  /** As messages call it. */
  name: string;
  values: Readonly<Record<string, unknown>>;
}

async function settingsFile(given: unknown, { cwd, env }: Io): Promise<SettingsFile | null> {
  const chosen = typeof given === "string" ? given : env["BYOML_CONFIG"] || undefined;
  const path = resolve(cwd, chosen ?? defaultFile);
  const name = inert(chosen ?? basename(path));
  let values: unknown;
  if (chosen !== undefined && [".js", ".mjs"].includes(extname(path).toLowerCase())) {
    values = await runFile(path, name);
  } else {
    const text = await readText(path, name, chosen !== undefined);
    if (text === null) return null;
    try {
      values = JSON.parse(text.replace(/^\ufeff/, ""));
    } catch (error) {
      throw new ByomlError("usage", `${name}: expected JSON: ${error instanceof Error ? error.message : error}`, {
        hint: 'Settings are one JSON object, for example {"rank": 20}.',
        details: { file: path },
      });
    }
  }
  if (typeof values !== "object" || values === null || Array.isArray(values))
    throw new ByomlError("usage", `${name}: expected one object with settings`, { details: { file: path } });
  return { name, values: { ...values } };
}

async function readText(path: string, name: string, mustExist: boolean): Promise<string | null> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "ENOENT" && !mustExist) return null;
    throw new ByomlError("usage", `${name}: the settings file cannot be read (${String(code ?? error)})`, {
      hint: "Check the path after --config.",
      details: { file: path },
    });
  }
}

async function runFile(path: string, name: string): Promise<unknown> {
  try {
    const module: { default?: unknown } = await import(pathToFileURL(path).href);
    return module.default;
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new ByomlError("usage", `${name}: the settings file cannot be run: ${why}`, {
      cause,
      details: { file: path },
    });
  }
}

/** Every key must be an option of some command: one file serves them all. */
function checkKeys({ name, values }: SettingsFile, program: Command): void {
  const options = [program, ...program.commands].flatMap((command) => command.options);
  const known = new Set(options.map((option) => option.attributeName()).filter((key) => !flagsOnly.has(key)));
  for (const key of Object.keys(values)) {
    if (known.has(key)) continue;
    const meant = suggest(key, known);
    throw new ByomlError("usage", `${name}: unknown setting ${JSON.stringify(inert(key))}`, {
      hint: meant ? `Did you mean "${meant}"?` : "Settings are the long flags in camel case: --max-iter is maxIter.",
      details: { file: name, setting: key },
    });
  }
}

/** A value from the environment or a file as its flag would have given it. */
function convert(option: Option, value: unknown, source: string): unknown {
  const fail = (expected: string) =>
    new ByomlError(
      "usage",
      `${source}: ${option.attributeName()}: expected ${expected}, got ${inert(JSON.stringify(value))}`,
      {
        details: { source, option: option.long },
      },
    );
  if (option.isBoolean() || option.negate) {
    if (value === true || value === "1" || value === "true") return true;
    if (value === false || value === "0" || value === "false") return false;
    throw fail("true or false");
  }
  const many = Array.isArray(value) ? value : [value];
  if (many.length !== 1 && !isRepeated(option)) throw fail("one value");
  let converted: unknown;
  for (const item of many) {
    if (typeof item !== "string" && typeof item !== "number") throw fail("text or a number");
    // Through the same parser as the flag, whose errors say what is expected.
    converted = option.parseArg ? option.parseArg(String(item), converted) : String(item);
  }
  return many.length === 0 ? [] : converted;
}

function isRepeated(option: Option): boolean {
  return option.attributeName() === "where";
}
