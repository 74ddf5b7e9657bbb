import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { authKindOf, authKinds, checkVariables, tokenKindOf } from "../../src/azure/auth-kinds.js";
import { folder } from "../cli/terminal.js";

describe("--auth", () => {
  it("is the default chain where it is not given", () => {
    expect(authKindOf(undefined)).toBe("default");
  });

  it("takes its kinds and nothing else", () => {
    for (const kind of authKinds) expect(authKindOf(kind)).toBe(kind);
    expect(() => authKindOf("manged")).toThrow(
      'expected one of default, managed, workload, cli, environment, connection-string, sas, got "manged"',
    );
  });

  it("does not repeat what may be a secret", () => {
    const secret = "AccountKey=Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6cXV4";
    expect(() => authKindOf(secret)).toThrow(/^(?!.*Zm9v)/);
  });
});

describe("tokenKindOf", () => {
  it.each([
    ["WorkloadIdentityCredential", "workload"],
    ["managedidentitycredential", "managed"],
    ["EnvironmentCredential", "environment"],
    ["AzureCliCredential", "cli"],
    ["prod", "default"],
    ["", "default"],
  ] as const)("takes AZURE_TOKEN_CREDENTIALS %j for the default chain as %s", (text, kind) => {
    expect(tokenKindOf("default", { AZURE_TOKEN_CREDENTIALS: text })).toBe(kind);
  });

  it("lets --auth win over AZURE_TOKEN_CREDENTIALS", () => {
    expect(tokenKindOf("managed", { AZURE_TOKEN_CREDENTIALS: "AzureCliCredential" })).toBe("managed");
  });

  it("is the default chain beside the kinds of Blob Storage, which give no tokens", () => {
    expect(tokenKindOf("sas", {})).toBe("default");
    expect(tokenKindOf("connection-string", {})).toBe("default");
  });

  it("refuses a value that the packages do not know", () => {
    expect(() => tokenKindOf("default", { AZURE_TOKEN_CREDENTIALS: "secret-by-mistake" })).toThrow(
      /^AZURE_TOKEN_CREDENTIALS: expected prod, dev or (?!.*mistake)/,
    );
  });
});

describe("checkVariables", () => {
  it.each([
    ["workload", {}, "AZURE_CLIENT_ID, AZURE_TENANT_ID, AZURE_FEDERATED_TOKEN_FILE are not set"],
    ["workload", { AZURE_CLIENT_ID: "a", AZURE_TENANT_ID: "b" }, "AZURE_FEDERATED_TOKEN_FILE is not set"],
    ["environment", { AZURE_CLIENT_ID: "a" }, "AZURE_TENANT_ID is not set"],
    [
      "environment",
      { AZURE_CLIENT_ID: "a", AZURE_TENANT_ID: "b" },
      "AZURE_CLIENT_SECRET or AZURE_CLIENT_CERTIFICATE_PATH is not set",
    ],
    [
      "environment",
      { AZURE_CLIENT_ID: "a", AZURE_TENANT_ID: "b c", AZURE_CLIENT_SECRET: "s" },
      "AZURE_TENANT_ID: expected the id",
    ],
    ["cli", { PATH: "/nowhere" }, "the Azure CLI (az) is not on the PATH"],
    ["connection-string", {}, "AZURE_STORAGE_CONNECTION_STRING is not set"],
    ["sas", {}, "AZURE_STORAGE_SAS_TOKEN is not set"],
  ] as const)("names what %s lacks of %j", async (kind, env, what) => {
    await expect(checkVariables(kind, env)).rejects.toMatchObject({
      kind: "auth",
      message: expect.stringContaining(what),
    });
  });

  it.each([
    ["workload", "AZURE_FEDERATED_TOKEN_FILE"],
    ["environment", "AZURE_CLIENT_CERTIFICATE_PATH"],
  ] as const)("says for %s that the file of %s is not there, and not its path", async (kind, name) => {
    const env = { AZURE_CLIENT_ID: "a", AZURE_TENANT_ID: "b", [name]: "/nowhere/token" };
    await expect(checkVariables(kind, env)).rejects.toThrow(`the file that ${name} names cannot be read (ENOENT)`);
  });

  it("is content with what each kind needs", async () => {
    const home = folder();
    const file = join(home, "az");
    writeFileSync(file, "");
    chmodSync(file, 0o755);
    const ids = { AZURE_CLIENT_ID: "a", AZURE_TENANT_ID: "b" };
    await checkVariables("workload", { ...ids, AZURE_FEDERATED_TOKEN_FILE: file });
    await checkVariables("environment", { ...ids, AZURE_CLIENT_SECRET: "s" });
    await checkVariables("environment", { ...ids, AZURE_CLIENT_CERTIFICATE_PATH: file });
    await checkVariables("cli", { PATH: home });
    await checkVariables("managed", {});
    await checkVariables("default", {});
  });
});
