import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import type { AuthKind } from "../../src/azure/auth-kinds.js";
import { clouds } from "../../src/azure/clouds.js";
import { credentialOf } from "../../src/azure/credentials.js";
import { startMetadata, testClient, testTenant } from "./identity.js";

const scope = "https://storage.azure.com/.default";
let metadata: Awaited<ReturnType<typeof startMetadata>>;

beforeAll(async () => {
  metadata = await startMetadata();
});

afterAll(() => metadata.close());

afterEach(() => {
  vi.unstubAllEnvs();
});

/** The identity package reads the address of the machine's identity from the process itself. */
function machine(answer: Parameters<typeof startMetadata>[0] = "give") {
  metadata.turn(answer);
  vi.stubEnv("AZURE_POD_IDENTITY_AUTHORITY_HOST", metadata.url);
  return metadata.asked;
}

const credential = (auth: AuthKind, env: Record<string, string> = {}, timeoutInMs?: number) =>
  credentialOf({ auth, cloud: clouds.public, env, timeoutInMs });

describe("credentialOf", () => {
  it.each([
    ["managed", {}],
    ["default", { AZURE_TOKEN_CREDENTIALS: "ManagedIdentityCredential" }],
    ["default", { AZURE_TOKEN_CREDENTIALS: "prod" }],
    ["connection-string", { AZURE_TOKEN_CREDENTIALS: "prod" }],
  ] as const)("ends where the metadata address accepts and never answers: %s, %j", async (auth, env) => {
    const asked = machine("hang");
    for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
    const waiting = (await credential(auth, env, 500)).getToken(scope);
    await expect(waiting).rejects.toMatchObject({ kind: "auth", message: expect.stringContaining("within 500 ms") });
    expect(asked.length).toBeGreaterThan(0);
  });

  it("gives the token of the machine's identity", async () => {
    const asked = machine("give");
    const { token, expiresOnTimestamp } = await (await credential("managed", { AZURE_CLIENT_ID: testClient })).getToken(
      scope,
    );
    expect(token).toMatch(/^ey/);
    expect(expiresOnTimestamp).toBeGreaterThan(Date.now());
    expect(asked[0]?.form.get("resource")).toBe("https://storage.azure.com");
    expect(asked[0]?.form.get("client_id")).toBe(testClient);
  });

  it("says what to do on a machine whose identity is none", async () => {
    machine({ status: 400, error: "invalid_request", description: "Identity not found" });
    await expect((await credential("managed")).getToken(scope)).rejects.toMatchObject({
      kind: "auth",
      hint: expect.stringContaining("Give this machine or container a managed identity"),
    });
  });

  it.each([
    ["AZURE_STORAGE_CONNECTION_STRING", "--auth connection-string uses it"],
    ["AZURE_STORAGE_SAS_TOKEN", "--auth sas uses it"],
  ])("says that %s is set and not used, where there is no token for blobs", async (name, hint) => {
    machine({ status: 400, error: "invalid_request", description: "Identity not found" });
    const env = { AZURE_TOKEN_CREDENTIALS: "ManagedIdentityCredential", [name]: "secret" };
    const chain = await credential("default", env);
    await expect(chain.getToken(scope)).rejects.toMatchObject({
      hint: expect.stringContaining(`${name} is set: ${hint}`),
    });
    const other = chain.getToken("https://monitor.azure.com/.default");
    await expect(other).rejects.toMatchObject({ hint: expect.not.stringContaining(name) });
  });

  it("checks what AZURE_TOKEN_CREDENTIALS pins it to before it asks for anything", async () => {
    const pinned = credential("default", { AZURE_TOKEN_CREDENTIALS: "WorkloadIdentityCredential" });
    await expect(pinned).rejects.toThrow("--auth workload: AZURE_CLIENT_ID, AZURE_TENANT_ID");
  });

  it("takes a certificate that is none for an error that names the kind", async () => {
    const env = {
      AZURE_TENANT_ID: testTenant,
      AZURE_CLIENT_ID: testClient,
      AZURE_CLIENT_CERTIFICATE_PATH: new URL(import.meta.url).pathname,
    };
    await expect((await credential("environment", env)).getToken(scope)).rejects.toMatchObject({
      kind: "auth",
      message: expect.stringContaining("--auth environment: no token for storage.azure.com"),
    });
  });
});
