/*
 * Templates as ARM JSON: https://learn.microsoft.com/azure/azure-resource-manager/templates/syntax
 */
import {
  Expression,
  isFields,
  type Node,
  type Parameter,
  type Resource,
  referred,
  type Template,
  type Value,
} from "./model.js";

const schema = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#";

/** The text of the template file. */
export function armOf(template: Template): string {
  const document = {
    $schema: schema,
    contentVersion: "1.0.0.0",
    metadata: { description: template.description },
    parameters: Object.fromEntries(template.parameters.map((each) => [each.name, parameterOf(each)])),
    resources: template.resources.filter(({ existing }) => !existing).map(resourceOf),
    outputs: Object.fromEntries(
      template.outputs.map(({ name, description, value }) => [
        name,
        { type: "string", metadata: { description: literal(description) }, value: json(value) },
      ]),
    ),
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

function parameterOf({ type, fallback, description }: Parameter): object {
  return {
    type,
    ...(fallback === undefined ? {} : { defaultValue: json(fallback) }),
    metadata: { description },
  };
}

function resourceOf(resource: Resource): object {
  const dependsOn = [...dependencies(resource)].map((needed) => `[${idOf(needed)}]`);
  return {
    type: resource.type,
    apiVersion: resource.apiVersion,
    name: json(fullName(resource)),
    ...(resource.scope ? { scope: `[${idOf(resource.scope)}]` } : {}),
    ...(json(resource.body ?? {}) as object),
    ...(dependsOn.length === 0 ? {} : { dependsOn }),
  };
}

/** Resources of the same template that have to be there first. Bicep finds those that are referred to by itself. */
function dependencies({ parent, scope, name, body, after }: Resource): Set<Resource> {
  const all = new Set(after);
  for (const one of [parent, scope]) if (one) all.add(one);
  for (const one of referred([name, body ?? {}])) all.add(one);
  return new Set([...all].filter(({ existing }) => !existing));
}

/** The name with those of the parents before it. */
function fullName(resource: Resource): string | Expression {
  const names = segments(resource);
  if (names.every((name) => typeof name === "string")) return names.join("/");
  if (names.length === 1) return names[0];
  return new Expression({ kind: "text", parts: names.flatMap((name, at) => (at === 0 ? [name] : ["/", name])) });
}

function segments({ parent, name }: Resource): (string | Expression)[] {
  return parent ? [...segments(parent), name] : [name];
}

/** A value as JSON; expressions are texts in brackets. */
function json(value: Value): unknown {
  if (typeof value === "string") return literal(value);
  if (value instanceof Expression)
    return value.node.kind === "keyed"
      ? { [`[${expression(value.node.key.node)}]`]: json(value.node.value) }
      : `[${expression(value.node)}]`;
  if (Array.isArray(value)) return value.map(json);
  if (isFields(value)) return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, json(each)]));
  return value;
}

/** A text that Azure takes as it is: one in brackets would be evaluated, and gets a second bracket. */
export function literal(text: string): string {
  return text.startsWith("[") && text.endsWith("]") ? `[${text}` : text;
}

/** A text within an expression. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

function expression(node: Node): string {
  switch (node.kind) {
    case "parameter":
      return `parameters(${quoted(node.name)})`;
    case "call":
      return `${node.name}(${node.args.map(argument).join(", ")})`;
    case "member":
      return `${expression(node.of.node)}.${node.path.join(".")}`;
    case "id":
      return idOf(node.of);
    case "runtime":
      return runtimeOf(node.of, node.path);
    case "text":
      return `concat(${node.parts.map(argument).join(", ")})`;
    case "keyed":
      throw new TypeError("an object is no part of an expression");
  }
}

function argument(value: Value): string {
  if (typeof value === "string") return quoted(value);
  if (value instanceof Expression) return expression(value.node);
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  throw new TypeError(`no argument of an expression: ${JSON.stringify(value)}`);
}

function idOf(resource: Resource): string {
  const names = segments(resource).map(argument).join(", ");
  const type = quoted(resource.type);
  return resource.scope
    ? `extensionResourceId(${idOf(resource.scope)}, ${type}, ${names})`
    : `resourceId(${type}, ${names})`;
}

function runtimeOf(resource: Resource, [first, ...rest]: readonly string[]): string {
  const about = `${idOf(resource)}, ${quoted(resource.apiVersion)}`;
  return first === "properties"
    ? [`reference(${about})`, ...rest].join(".")
    : [`reference(${about}, 'full')`, first, ...rest].join(".");
}
