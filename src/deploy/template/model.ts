/*
 * Azure resources as data, from which both ARM JSON (arm.ts) and Bicep (bicep.ts) are rendered, so that the two cannot drift apart.
 */

/** What a property can be: JSON, with expressions in it that Azure evaluates at deployment. */
export type Value = string | number | boolean | null | Expression | readonly Value[] | Fields;

export interface Fields {
  readonly [key: string]: Value;
}

export type Node =
  | { readonly kind: "parameter"; readonly name: string }
  | { readonly kind: "call"; readonly name: string; readonly args: readonly Value[] }
  | { readonly kind: "member"; readonly of: Expression; readonly path: readonly string[] }
  | { readonly kind: "id"; readonly of: Resource }
  | { readonly kind: "runtime"; readonly of: Resource; readonly path: readonly string[] }
  | { readonly kind: "text"; readonly parts: readonly Value[] }
  | { readonly kind: "keyed"; readonly key: Expression; readonly value: Value };

/** Something that Azure evaluates. A class, so that it cannot be mistaken for an object of properties. */
export class Expression {
  readonly node: Node;
  constructor(node: Node) {
    this.node = node;
  }
}

export interface Resource {
  /** Its name in Bicep. */
  readonly symbol: string;
  readonly type: string;
  readonly apiVersion: string;
  /** The last segment where there is a parent, else the whole name. */
  readonly name: string | Expression;
  readonly parent?: Resource;
  /** What an extension resource, such as a role assignment, is attached to. */
  readonly scope?: Resource;
  /** There already: referred to, not deployed. */
  readonly existing?: boolean;
  /** Everything beside name, type, parent and scope: location, kind, properties. */
  readonly body?: Fields;
  /** What has to be there first, beyond what the body refers to. */
  readonly after?: readonly Resource[];
}

export interface Parameter {
  readonly name: string;
  readonly type: "string" | "int" | "bool";
  readonly description: string;
  /** Without one it has to be given at deployment. */
  readonly fallback?: Value;
}

export interface Output {
  readonly name: string;
  readonly description: string;
  readonly value: Expression;
}

/** What one deployment to a resource group makes. */
export interface Template {
  readonly description: string;
  readonly parameters: readonly Parameter[];
  readonly resources: readonly Resource[];
  readonly outputs: readonly Output[];
}

export const parameter = (name: string) => new Expression({ kind: "parameter", name });
export const call = (name: string, ...args: readonly Value[]) => new Expression({ kind: "call", name, args });
export const member = (of: Expression, ...path: readonly string[]) => new Expression({ kind: "member", of, path });

/** The resource id. */
export const id = (of: Resource) => new Expression({ kind: "id", of });

/** What a resource says of itself once it is there; the path starts with `properties` or `identity`. */
export const runtime = (of: Resource, ...path: readonly string[]) => new Expression({ kind: "runtime", of, path });

/** Parts joined to one text. */
export const text = (...parts: readonly Value[]) => new Expression({ kind: "text", parts });

/** An object with one property, whose name is an expression. */
export const keyed = (key: Expression, value: Value) => new Expression({ kind: "keyed", key, value });

/** The id of a built-in role. */
export const roleId = (guid: string) => call("subscriptionResourceId", "Microsoft.Authorization/roleDefinitions", guid);

/** Whether a value is an object of properties. */
export function isFields(value: Value): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Expression);
}

/** Resources that a value refers to, each once. */
export function referred(value: Value): Set<Resource> {
  const found = new Set<Resource>();
  walk(value, found);
  return found;
}

function walk(value: Value, found: Set<Resource>): void {
  if (Array.isArray(value)) for (const item of value) walk(item, found);
  else if (isFields(value)) for (const item of Object.values(value)) walk(item, found);
  else if (value instanceof Expression) {
    const { node } = value;
    if (node.kind === "id" || node.kind === "runtime") found.add(node.of);
    else if (node.kind === "call") walk(node.args, found);
    else if (node.kind === "text") walk(node.parts, found);
    else if (node.kind === "member") walk(node.of, found);
    else if (node.kind === "keyed") walk([node.key, node.value], found);
  }
}
