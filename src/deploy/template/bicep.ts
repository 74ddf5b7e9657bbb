/*
 * Templates as Bicep: https://learn.microsoft.com/azure/azure-resource-manager/bicep/file
 */
import { Expression, isFields, type Node, type Resource, referred, type Template, type Value } from "./model.js";

/** The text of the Bicep file. */
export function bicepOf({ description, parameters, resources, outputs }: Template): string {
  const parts = [
    `metadata description = ${quoted(description)}`,
    ...parameters.map(
      ({ name, type, description, fallback }) =>
        `@description(${quoted(description)})\nparam ${name} ${type}${fallback === undefined ? "" : ` = ${print(fallback, 0)}`}`,
    ),
    ...resources.map(resourceOf),
    ...outputs.map(
      ({ name, description, value }) =>
        `@description(${quoted(description)})\noutput ${name} string = ${print(value, 0)}`,
    ),
  ];
  return `${parts.join("\n\n")}\n`;
}

function resourceOf(resource: Resource): string {
  const { symbol, type, apiVersion, existing, name, parent, scope, body = {} } = resource;
  const lines = [
    ...(parent ? [`  parent: ${parent.symbol}`] : []),
    ...(scope ? [`  scope: ${scope.symbol}`] : []),
    `  name: ${print(name, 1)}`,
    ...Object.entries(body).map(([key, value]) => `  ${keyOf(key)}: ${print(value, 1)}`),
    ...after(resource),
  ];
  return `resource ${symbol} '${type}@${apiVersion}' ${existing ? "existing " : ""}= {\n${lines.join("\n")}\n}`;
}

/** What is referred to comes first by itself; Bicep warns of a dependency that says so again. */
function after({ after: needed = [], name, body = {}, parent, scope }: Resource): string[] {
  const known = referred([name, body]);
  const rest = needed.filter((each) => !known.has(each) && each !== parent && each !== scope);
  return rest.length === 0 ? [] : ["  dependsOn: [", ...rest.map(({ symbol }) => `    ${symbol}`), "  ]"];
}

/** A value, with `depth` levels of indentation before the lines after its first. */
function print(value: Value, depth: number): string {
  const inner = "  ".repeat(depth + 1);
  const outer = "  ".repeat(depth);
  if (typeof value === "string") return value.includes("\n") ? block(value) : quoted(value);
  if (value instanceof Expression) return expression(value.node, depth);
  if (Array.isArray(value))
    return value.length === 0
      ? "[]"
      : `[\n${value.map((each) => `${inner}${print(each, depth + 1)}\n`).join("")}${outer}]`;
  if (isFields(value)) {
    const lines = Object.entries(value).map(([key, each]) => `${inner}${keyOf(key)}: ${print(each, depth + 1)}\n`);
    return lines.length === 0 ? "{}" : `{\n${lines.join("")}${outer}}`;
  }
  return String(value);
}

function expression(node: Node, depth: number): string {
  switch (node.kind) {
    case "parameter":
      return node.name;
    case "call":
      return `${node.name}(${node.args.map((each) => print(each, depth)).join(", ")})`;
    case "member":
      return `${expression(node.of.node, depth)}.${node.path.join(".")}`;
    case "id":
      return `${node.of.symbol}.id`;
    case "runtime":
      return `${node.of.symbol}.${node.path.join(".")}`;
    case "text":
      return `'${node.parts.map(interpolated).join("")}'`;
    case "keyed": {
      const inner = "  ".repeat(depth + 1);
      return `{\n${inner}'${interpolated(node.key)}': ${print(node.value, depth + 1)}\n${"  ".repeat(depth)}}`;
    }
  }
}

function interpolated(part: Value): string {
  if (typeof part === "string") return escaped(part);
  return `\${${print(part, 0)}}`;
}

const named = new Map([
  ["\\", "\\\\"],
  ["'", "\\'"],
  ["\n", "\\n"],
  ["\r", "\\r"],
  ["\t", "\\t"],
  ["${", "\\${"],
]);

/** Text within quotes: what ends the text or starts an expression, control characters and separators of lines are escaped. */
function escaped(text: string): string {
  return text.replace(
    // biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the purpose
    /\\|'|\$\{|[\u0000-\u001f\u007f-\u009f\u2028\u2029\ufeff]/g,
    (found) => named.get(found) ?? `\\u{${found.codePointAt(0)!.toString(16)}}`,
  );
}

/** A text in one line. */
export function quoted(text: string): string {
  return `'${escaped(text)}'`;
}

/** A text of several lines as it is, where that can be said without escapes, else in one line. */
export function block(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the purpose
  const plain = !/''|'$|[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029\ufeff]/.test(text);
  return plain ? `'''\n${text}'''` : quoted(text);
}

/** The name of a property. */
function keyOf(key: string): string {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(key) ? key : quoted(key);
}
