/*
 * The kinds of credentials, and what each needs of the environment. What is missing is named before anything is asked for: the identity
 * package says nothing useful about it.
 */
import { constants } from "node:fs";
import { access } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { ByomlError, OptionError } from "../base/errors.js";

/** The values of `--auth`. The last two are for Blob Storage alone. */
export const authKinds = ["default", "managed", "workload", "cli", "environment", "connection-string", "sas"] as const;
export type AuthKind = (typeof authKinds)[number];

/** Kinds that give tokens. */
export type TokenKind = Exclude<AuthKind, "connection-string" | "sas">;

/** Variables, as a process has them. */
export type Env = Readonly<Record<string, string | undefined>>;

/** What messages call a kind. */
export const kindNames: Readonly<Record<AuthKind, string>> = {
  default: "default chain of credentials",
  managed: "managed identity",
  workload: "workload identity",
  cli: "Azure CLI",
  environment: "environment variables",
  "connection-string": "connection string",
  sas: "shared access signature",
};

/**
 * @param text  a value of `--auth`; the default chain where there is none
 * @throws OptionError  where it is no kind; the value is not repeated when it may be a secret
 */
export function authKindOf(text: string | undefined): AuthKind {
  if (text === undefined) return "default";
  if ((authKinds as readonly string[]).includes(text)) return text as AuthKind;
  throw new OptionError(
    "auth",
    `expected one of ${authKinds.join(", ")}${text.length <= 20 ? `, got ${JSON.stringify(text)}` : ""}`,
    undefined,
    "A flag never holds a secret: they come from environment variables.",
  );
}

/** What AZURE_TOKEN_CREDENTIALS may be, in lower case; those with a kind are that kind. */
const pinned = new Map<string, TokenKind>([
  ["prod", "default"],
  ["dev", "default"],
  ["environmentcredential", "environment"],
  ["workloadidentitycredential", "workload"],
  ["managedidentitycredential", "managed"],
  ["azureclicredential", "cli"],
  ["visualstudiocodecredential", "default"],
  ["azurepowershellcredential", "default"],
  ["azuredeveloperclicredential", "default"],
]);

/**
 * The kind of token that is asked for. The two kinds of Blob Storage give none: beside them the default chain does. The default chain is
 * one kind where AZURE_TOKEN_CREDENTIALS pins it to one.
 *
 * @throws ByomlError  of kind "usage", where AZURE_TOKEN_CREDENTIALS is none of its values
 */
export function tokenKindOf(kind: AuthKind, env: Env): TokenKind {
  if (kind !== "default" && kind !== "connection-string" && kind !== "sas") return kind;
  const text = env["AZURE_TOKEN_CREDENTIALS"]?.trim();
  if (!text) return "default";
  const one = pinned.get(text.toLowerCase());
  if (one) return one;
  throw new ByomlError(
    "usage",
    "AZURE_TOKEN_CREDENTIALS: expected prod, dev or the name of one credential, such as ManagedIdentityCredential",
    { hint: "Correct it or unset it, or choose with --auth." },
  );
}

/**
 * Checks that a kind has what it needs.
 *
 * @throws ByomlError  of kind "auth", which names each variable that is missing, and what is wrong with a file
 */
export async function checkVariables(kind: AuthKind, env: Env): Promise<void> {
  if (kind === "workload") {
    need(kind, env, ["AZURE_CLIENT_ID", "AZURE_TENANT_ID", "AZURE_FEDERATED_TOKEN_FILE"]);
    await readable(kind, "AZURE_FEDERATED_TOKEN_FILE", env);
  } else if (kind === "environment") {
    need(kind, env, ["AZURE_TENANT_ID", "AZURE_CLIENT_ID"]);
    if (!env["AZURE_CLIENT_SECRET"] && !env["AZURE_CLIENT_CERTIFICATE_PATH"])
      throw missing(kind, "AZURE_CLIENT_SECRET or AZURE_CLIENT_CERTIFICATE_PATH");
    if (!env["AZURE_CLIENT_SECRET"]) await readable(kind, "AZURE_CLIENT_CERTIFICATE_PATH", env);
  } else if (kind === "cli") {
    if (!(await onPath("az", env)))
      throw new ByomlError("auth", "--auth cli: the Azure CLI (az) is not on the PATH", {
        hint: "Install it and sign in with `az login`, or choose another kind with --auth.",
        details: { auth: kind },
      });
  } else if (kind === "connection-string") need(kind, env, ["AZURE_STORAGE_CONNECTION_STRING"]);
  else if (kind === "sas") need(kind, env, ["AZURE_STORAGE_SAS_TOKEN"]);
  const tenant = env["AZURE_TENANT_ID"];
  if ((kind === "workload" || kind === "environment") && tenant && !/^[\w.-]+$/.test(tenant))
    throw new ByomlError("auth", "AZURE_TENANT_ID: expected the id or the domain of a tenant", {
      hint: "The id is on the overview page of Microsoft Entra ID.",
      details: { auth: kind },
    });
}

function need(kind: AuthKind, env: Env, names: readonly string[]): void {
  const absent = names.filter((name) => !env[name]);
  if (absent.length > 0) throw missing(kind, absent.join(", "));
}

function missing(kind: AuthKind, what: string): ByomlError {
  return new ByomlError("auth", `--auth ${kind}: ${what} ${what.includes(", ") ? "are" : "is"} not set`, {
    hint: "Set the environment variables of this kind of credential, or choose another kind with --auth.",
    details: { auth: kind, missing: what },
  });
}

async function readable(kind: AuthKind, name: string, env: Env): Promise<void> {
  try {
    await access(env[name] ?? "", constants.R_OK);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "unknown";
    throw new ByomlError("auth", `--auth ${kind}: the file that ${name} names cannot be read (${code})`, {
      hint: "Check the path and who may read it.",
      details: { auth: kind, variable: name, code },
    });
  }
}

async function onPath(program: string, env: Env): Promise<boolean> {
  const names = process.platform === "win32" ? [`${program}.cmd`, `${program}.exe`] : [program];
  for (const folder of (env["PATH"] ?? env["Path"] ?? "").split(delimiter))
    for (const name of folder ? names : [])
      if (
        await access(join(folder, name), constants.X_OK).then(
          () => true,
          () => false,
        )
      )
        return true;
  return false;
}
