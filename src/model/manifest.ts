/*
 * `byoml.json`: what byoml knows of a model, and the length and SHA-256 of every other file of it.
 *
 * Its last line is the checksum of the lines before, so that a change anywhere in a model is noticed. That protects against
 * accidents and half-copied folders; whoever means harm can compute checksums too, so everything is checked for sense as well.
 */
import { open } from "node:fs/promises";
import { join } from "node:path";
import { seal } from "../base/sealed.js";
import { version as byomlVersion } from "../base/version.js";
import type { Checksum } from "./checksum.js";
import { minDimension } from "./collect.js";
import type { ModelFacts, TrainingFacts } from "./data.js";
import { type Folder, folders, isFolder, manifestName, successName } from "./layout.js";
import { quote, reasonOf, refusal } from "./refusal.js";

const formatName = "byoml-model";
/** Raised when a model of this byoml could not be read, or would be misread, by the byoml before. */
export const formatVersion = 1;
/** Far above what a manifest of many thousand tenants needs. */
const maxManifestInBytes = 256 * 2 ** 20;

export interface Manifest extends ModelFacts {
  /** The byoml that saved the model. */
  byoml: string;
  /** When, in ISO 8601, UTC. */
  created: string;
  /** Length of a vector. */
  dimension: number;
  /** Rows of each table that there is, by its folder. */
  rows: Map<Folder, number>;
  /** Every other file of the model, by its path with forward slashes. */
  files: Map<string, Checksum>;
}

export function renderManifest({ rows, files, ...manifest }: Manifest): string {
  const { byoml, created, dimension, parameters, counts, tenants, training, trainedOn } = manifest;
  const body = {
    format: formatName,
    version: formatVersion,
    byoml,
    created,
    dimension,
    parameters,
    counts,
    tenants,
    training,
    trainedOn,
    rows: Object.fromEntries(rows),
    files: Array.from(files, ([name, checksum]) => ({ name, ...checksum })),
  };
  return seal(body);
}

/** Reads and checks the manifest of a model; the files that it names are not touched. */
export async function readManifest(directory: string): Promise<Manifest> {
  const file = join(directory, manifestName);
  return parseManifest(await readText(file), file);
}

async function readText(file: string): Promise<string> {
  try {
    const handle = await open(file, "r");
    try {
      const { size } = await handle.stat();
      if (size > maxManifestInBytes) throw new Error(`a file of ${size} bytes`);
      return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(await handle.readFile());
    } finally {
      await handle.close();
    }
  } catch (cause) {
    throw refusal({ file, expected: "the manifest of a model, JSON in UTF-8", found: reasonOf(cause), cause });
  }
}

export function parseManifest(text: string, file: string): Manifest {
  const fail = (expected: string, found: string, hint?: string) => refusal({ file, expected, found, hint });
  const body = parseObject(text, file);
  checkFormat(body, fail);
  const { sha256: own, ...content } = body;
  if (typeof own !== "string" || seal(content) !== text) {
    throw fail("the content that was saved", "another: its own checksum does not fit");
  }
  const field = <T>(name: string, accepts: (value: unknown) => value is T, expected: string): T => {
    const value = content[name];
    if (!accepts(value)) throw fail(`${name}: ${expected}`, quote(JSON.stringify(value) ?? "nothing"));
    return value;
  };
  return {
    byoml: field("byoml", isText, "a version"),
    created: field("created", isTime, "a time in ISO 8601"),
    dimension: field("dimension", isDimension, `an integer from ${minDimension}`),
    parameters: field("parameters", isParameters, "names with plain values"),
    counts: field("counts", isCounts, "counts of tenants, users, resources, accesses"),
    tenants: field("tenants", isTenants, "a list of tenants with their counts, mean and std"),
    ...(content["training"] === undefined
      ? {}
      : { training: field("training", isTraining, "iterations, stopped, objectives and warmStart") }),
    trainedOn: field("trainedOn", isRecord, "an object"),
    rows: new Map(Object.entries(field("rows", isRows, "row counts of known folders"))) as Map<Folder, number>,
    files: filesOf(field("files", isFileList, "names with bytes and sha256"), fail),
  };
}

/** What is wrong with facts that are to be saved, or null. */
export function findFault({ parameters, counts, tenants, training, trainedOn }: ModelFacts): string | null {
  if (!isParameters(parameters)) return "parameters: expected texts, finite numbers, true, false or null";
  if (!isCounts(counts)) return "counts: expected whole numbers";
  if (!isTenants(tenants)) return "tenants: expected counts as whole numbers, mean and std as finite numbers";
  if (training !== undefined && !isTraining(training))
    return "training: expected iterations, why they stopped, their objectives as finite numbers or null, and the warm start";
  if (!isRecord(trainedOn)) return "trainedOn: expected an object";
  return null;
}

export function manifestOf(facts: ModelFacts, rest: Pick<Manifest, "dimension" | "rows" | "files">): Manifest {
  return { ...facts, ...rest, byoml: byomlVersion, created: new Date().toISOString() };
}

type Fail = (expected: string, found: string, hint?: string) => Error;

function parseObject(text: string, file: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw refusal({ file, expected: "the manifest of a model, in JSON", found: reasonOf(cause), cause });
  }
  if (!isRecord(value))
    throw refusal({ file, expected: "the manifest of a model, a JSON object", found: "another value" });
  return value;
}

/** First of all: a newer format may differ in anything else, so nothing else is looked at before. */
function checkFormat({ format, version, byoml }: Record<string, unknown>, fail: Fail): void {
  if (format !== formatName) throw fail(`format "${formatName}"`, quote(JSON.stringify(format) ?? "none"));
  if (!isCount(version) || version < 1) throw fail("a format version", quote(JSON.stringify(version) ?? "none"));
  if (version > formatVersion) {
    const author = isText(byoml) ? `, saved by byoml ${byoml}` : "";
    const reads = `format version ${formatVersion} or older, which is what byoml ${byomlVersion} reads`;
    throw fail(reads, `format version ${version}${author}`, "update byoml, or save the model with the older one");
  }
}

/** Names in a manifest are anyone's: only plain names of part files inside the known folders are taken, each once. */
function filesOf(list: FileEntry[], fail: Fail): Map<string, Checksum> {
  const files = new Map<string, Checksum>();
  for (const { name, bytes, sha256 } of list) {
    const [folder, base, ...more] = name.split("/");
    const plain = base === successName || /^part-[A-Za-z0-9._-]{1,200}\.parquet$/.test(base ?? "");
    if (!isFolder(folder) || !plain || more.length > 0) {
      throw fail("files: names of part files in the folders of a model", quote(name));
    }
    if (files.has(name)) throw fail("files: every name once", `${quote(name)} twice`);
    files.set(name, { bytes, sha256 });
  }
  return files;
}

interface FileEntry extends Checksum {
  name: string;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function isTime(value: unknown): value is string {
  return isText(value) && !Number.isNaN(Date.parse(value));
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isDimension(value: unknown): value is number {
  return isCount(value) && value >= minDimension;
}

function isParameters(value: unknown): value is ModelFacts["parameters"] {
  const plain = (item: unknown) =>
    item === null || isText(item) || typeof item === "boolean" || (typeof item === "number" && Number.isFinite(item));
  return isRecord(value) && Object.values(value).every(plain);
}

function isCounts(value: unknown): value is ModelFacts["counts"] {
  return isRecord(value) && ["tenants", "users", "resources", "accesses"].every((name) => isCount(value[name]));
}

function isTenants(value: unknown): value is ModelFacts["tenants"] {
  const isTenant = (item: unknown) =>
    isRecord(item) &&
    isText(item.tenant) &&
    ["users", "resources", "accesses"].every((name) => isCount(item[name])) &&
    Number.isFinite(item.mean) &&
    Number.isFinite(item.std);
  return Array.isArray(value) && value.every(isTenant);
}

function isTraining(value: unknown): value is TrainingFacts {
  const isSide = (side: unknown) => isRecord(side) && ["known", "new", "gone"].every((name) => isCount(side[name]));
  const isStart = (start: unknown) =>
    start === null || (isRecord(start) && isSide(start.users) && isSide(start.resources));
  return (
    isRecord(value) &&
    isCount(value.iterations) &&
    (value.stopped === "tolerance" || value.stopped === "maxIter") &&
    Array.isArray(value.objectives) &&
    value.objectives.length === value.iterations &&
    value.objectives.every((objective) => objective === null || Number.isFinite(objective)) &&
    isStart(value.warmStart)
  );
}

function isRows(value: unknown): value is Record<Folder, number> {
  const required = [folders.metadata, folders.users, folders.resources];
  return (
    isRecord(value) &&
    Object.entries(value).every(([folder, rows]) => isFolder(folder) && isCount(rows)) &&
    required.every((folder) => Object.hasOwn(value, folder))
  );
}

function isFileList(value: unknown): value is FileEntry[] {
  const isFile = (item: unknown) =>
    isRecord(item) &&
    isText(item.name) &&
    isCount(item.bytes) &&
    isText(item.sha256) &&
    /^[0-9a-f]{64}$/.test(item.sha256);
  return Array.isArray(value) && value.every(isFile);
}
