/*
 * Checks of ARM templates that need no Azure: that expressions are closed and use what is defined, that names and types have the same
 * number of segments, that ids lead to something.
 */

export interface ArmResource {
  type: string;
  apiVersion: string;
  name: string;
  scope?: string;
  kind?: string;
  location?: string;
  properties: Record<string, never>;
  dependsOn?: string[];
  [key: string]: unknown;
}

export interface ArmTemplate {
  $schema: string;
  contentVersion: string;
  metadata: { description: string };
  parameters: Record<string, { type: string; defaultValue?: unknown; metadata: { description: string } }>;
  resources: ArmResource[];
  outputs: Record<string, { type: string; value: string }>;
}

/** Functions of ARM that templates use, with the number of arguments that each takes at least. */
const functions: Readonly<Record<string, number>> = {
  ...{ parameters: 1, resourceId: 2, extensionResourceId: 3, subscriptionResourceId: 2, resourceGroup: 0 },
  ...{ reference: 2, guid: 1, concat: 2, json: 1 },
};

export interface Call {
  name: string;
  args: (Call | string | number)[];
  path: string[];
}

/** An expression in brackets as calls. @throws where it is not closed, or calls what is not known */
export function parseExpression(text: string): Call {
  let at = 1;
  const match = (pattern: RegExp) => {
    pattern.lastIndex = at;
    const [found] = pattern.exec(text) ?? [];
    if (found !== undefined) at += found.length;
    return found;
  };
  const value = (): Call | string | number => {
    match(/\s*/y);
    const quoted = match(/'(?:[^']|'')*'/y);
    if (quoted !== undefined) return quoted.slice(1, -1).replaceAll("''", "'");
    const number = match(/-?\d+/y);
    return number === undefined ? call() : Number(number);
  };
  const call = (): Call => {
    const name = match(/[A-Za-z]\w*/y);
    if (name === undefined || !(name in functions)) throw new Error(`${text}: unknown function at ${at}`);
    if (match(/\(/y) === undefined) throw new Error(`${text}: ( expected at ${at}`);
    const args: (Call | string | number)[] = [];
    while (match(/\s*\)/y) === undefined) {
      if (args.length > 0 && match(/\s*,/y) === undefined) throw new Error(`${text}: , or ) expected at ${at}`);
      args.push(value());
    }
    if (args.length < functions[name]) throw new Error(`${text}: too few arguments of ${name}`);
    const path: string[] = [];
    for (let step = match(/\.[A-Za-z]\w*/y); step !== undefined; step = match(/\.[A-Za-z]\w*/y))
      path.push(step.slice(1));
    return { name, args, path };
  };
  const found = call();
  if (text.slice(at) !== "]") throw new Error(`${text}: ] expected at ${at}`);
  return found;
}

export const isExpression = (text: unknown): boolean =>
  typeof text === "string" && text.startsWith("[") && text.endsWith("]") && !text.startsWith("[[");

/** All calls in a value, with those in arguments. */
export function callsIn(value: unknown): Call[] {
  if (isExpression(value)) return inner(parseExpression(String(value)));
  if (typeof value !== "object" || value === null) return [];
  return [...Object.keys(value), ...Object.values(value)].flatMap(callsIn);
}

function inner(call: Call): Call[] {
  return [call, ...call.args.flatMap((each) => (typeof each === "object" ? inner(each) : []))];
}

/** Segments of a resource's name. */
export function segmentsOf(name: string): number {
  const text = isExpression(name) ? parseExpression(name) : null;
  if (text === null) return name.split("/").length;
  const parts = text.name === "concat" ? text.args.map((part) => (typeof part === "string" ? part : "x")) : ["x"];
  return parts.join("").split("/").length;
}

/** What is wrong with a template; empty where nothing is. */
export function problemsOf(template: ArmTemplate): string[] {
  const problems: string[] = [];
  const say = (problem: string) => problems.push(problem);
  if (!/^https:\/\/schema\.management\.azure\.com\/.*deploymentTemplate\.json#$/.test(template.$schema)) say("$schema");
  if (!/^\d+\.\d+\.\d+\.\d+$/.test(template.contentVersion)) say("contentVersion");
  const calls = callsIn({ parameters: template.parameters, resources: template.resources, outputs: template.outputs });
  const used = new Set(calls.filter(({ name }) => name === "parameters").map(({ args }) => String(args[0])));
  for (const name of used) if (!(name in template.parameters)) say(`parameter ${name} is not defined`);
  for (const name of Object.keys(template.parameters)) if (!used.has(name)) say(`parameter ${name} is not used`);
  for (const call of calls)
    if (call.name === "resourceId" && String(call.args[0]).split("/").length !== call.args.length)
      say(`${call.args[0]}: ${call.args.length - 1} names`);
  const ids = new Set(template.resources.filter(({ scope }) => !scope).map((each) => JSON.stringify(idCall(each))));
  const all = new Set<string>();
  for (const resource of template.resources) {
    const { type, apiVersion, name, scope, dependsOn = [] } = resource;
    if (!/^\d{4}-\d\d-\d\d(-preview)?$/.test(apiVersion)) say(`${type}: apiVersion ${apiVersion}`);
    if (segmentsOf(name) !== type.split("/").length - 1) say(`${type}: ${segmentsOf(name)} segments in ${name}`);
    if (all.has(`${type} ${name}`)) say(`${type} ${name} stands twice`);
    all.add(`${type} ${name}`);
    for (const needed of dependsOn)
      if (!ids.has(JSON.stringify(parseExpression(needed)))) say(`${type}: depends on ${needed}, which is not there`);
    if (scope && !dependsOn.includes(scope)) say(`${type}: ${scope} is not awaited`);
  }
  return problems;
}

/** The id of a resource, as an expression that refers to it has it. */
function idCall({ type, name }: ArmResource): Call {
  const text = isExpression(name) ? parseExpression(name) : name;
  const names =
    typeof text === "string"
      ? text.split("/")
      : text.name === "concat"
        ? text.args.filter((part) => part !== "/")
        : [text];
  return { name: "resourceId", args: [type, ...names], path: [] };
}
