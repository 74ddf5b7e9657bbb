/*
 * Who runs byoml, and the roles it gets: no more than it needs, each on the one thing that needs it.
 */
import { type Answers, namesOf } from "../answers.js";
import {
  call,
  id,
  member,
  type Parameter,
  parameter,
  type Resource,
  roleId,
  runtime,
  type Value,
} from "../template/model.js";

/** Built-in roles: https://learn.microsoft.com/azure/role-based-access-control/built-in-roles */
export const roles = {
  "Monitoring Metrics Publisher": "3913510d-42f4-4e42-8a64-420c390055eb",
  "Storage Blob Data Reader": "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1",
  "Storage Blob Data Contributor": "ba92f5b4-2d11-453d-a403-e96b0029c9fe",
} as const;

export type Role = keyof typeof roles;

/** Whose roles: a resource of the same template, or the parameters principalId and principalType. */
export type Holder = Resource | "parameters";

/** The identity that is made for byoml. */
export function identityOf(answers: Answers): Resource {
  return {
    symbol: "identity",
    type: "Microsoft.ManagedIdentity/userAssignedIdentities",
    apiVersion: "2023-01-31",
    name: namesOf(answers).identity,
    body: { location: parameter("location") },
  };
}

/** One role on one thing. Its name follows from both and the holder, so that deploying again changes nothing. */
export function roleAssignment(symbol: string, role: Role, scope: Resource, holder: Holder): Resource {
  // A name has to be known before anything is deployed: of an identity that is being made, only the id is.
  const whose = holder === "parameters" ? parameter("principalId") : id(holder);
  return {
    symbol,
    type: "Microsoft.Authorization/roleAssignments",
    apiVersion: "2022-04-01",
    scope,
    name: call("guid", id(scope), whose, roles[role]),
    body: {
      properties: {
        roleDefinitionId: roleId(roles[role]),
        principalId: holder === "parameters" ? whose : runtime(holder, "properties", "principalId"),
        principalType: holder === "parameters" ? parameter("principalType") : "ServicePrincipal",
      },
    },
  };
}

/** The parameters that name an identity which is there already. */
export function principalParameters(principalId: string | null): Parameter[] {
  return [
    {
      name: "principalId",
      type: "string",
      description: "Object id of the identity that runs byoml.",
      ...optional(principalId),
    },
    {
      name: "principalType",
      type: "string",
      description: "ServicePrincipal (managed identities, too), User or Group.",
      fallback: "ServicePrincipal",
    },
  ];
}

/** Where resources are made. */
export function locationParameter(region: string | null): Parameter {
  return {
    name: "location",
    type: "string",
    description: "Region; that of the workspace.",
    fallback: region ?? memberOfGroup,
  };
}

const memberOfGroup = member(call("resourceGroup"), "location");

function optional(fallback: string | null): { fallback?: Value } {
  return fallback === null ? {} : { fallback };
}
