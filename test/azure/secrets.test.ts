/* Every way that ends in an error, as a process with everything logged that can be: no secret is to be seen in what it writes. */

import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { day0, office } from "../cli/office.js";
import { folder } from "../cli/terminal.js";
import { odd } from "../runs/office.js";
import { byomlChild, type Ended } from "./child.js";
import { plantedToken, type StandIn, startAuthority, startMetadata, testClient, testTenant } from "./identity.js";
import { type Ingestion, startIngestion, testRule, testStream } from "./ingestion.js";

const accountKey = Buffer.alloc(64, "plantedAccountKey").toString("base64");
const signature = "plantedSignature%2BOfSharedAccess%3D";
const clientSecret = "plantedClientSecret~8Q";
const assertion = "eyJhbGciOiJub25lIn0.plantedAssertionOfTheCluster.x";
/** No part of these may be seen; the key by its first half, as a log may cut it. */
const secrets = [plantedToken, accountKey.slice(0, 40), "plantedSignature", clientSecret, "plantedAssertion"];

const loud = { AZURE_LOG_LEVEL: "verbose", BYOML_DEBUG: "1" };
const unusual = ["--threshold", "1.5", "--rank", "4", "--threads", "1"];
const ids = { AZURE_TENANT_ID: testTenant, AZURE_CLIENT_ID: testClient };

/** Blobs that answer always the same, with everything that they were asked in the body. */
async function startBlobs(status: number, code: string): Promise<StandIn> {
  const server = createServer((request, response) => {
    const told = `${request.url} ${JSON.stringify(request.headers)}`;
    response.writeHead(status, { "content-type": "application/xml", "x-ms-error-code": code });
    response.end(
      `<?xml version="1.0"?><Error><Code>${code}</Code><Message>${told.replace(/[<&]/g, " ")}</Message></Error>`,
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/devstoreaccount1`,
    ca: "",
    asked: [],
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

const answers = { error: "invalid_client", description: `AADSTS7000215: wrong secret` };
let authority: StandIn;
let refusing: StandIn;
let metadata: StandIn;
let forbidden: StandIn;
let rule: Ingestion;
let tokenFile = "";

beforeAll(async () => {
  [authority, refusing, metadata, forbidden, rule] = await Promise.all([
    startAuthority(),
    startAuthority({ status: 401, ...answers }),
    startMetadata(),
    startBlobs(403, "AuthorizationFailure"),
    startIngestion({ script: () => ({ status: 403, code: "OperationFailed" }) }),
  ]);
});

afterAll(async () => {
  for (const one of [authority, refusing, metadata, forbidden, rule]) await one.close();
});

function clean({ code, out, err }: Ended, exit: number): void {
  const said = out + err;
  for (const secret of secrets) expect(said).not.toContain(secret);
  expect(code).toBe(exit);
}

const ruleFlags = () => ["--endpoint", rule.url, "--rule-id", testRule, "--stream", testStream];
const connection = () =>
  `DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;AccountKey=${accountKey};BlobEndpoint=${forbidden.url};`;

describe.each([[[]], [["--json"]]])("nothing of a secret is written with %j", (how) => {
  const doctor = (...argv: string[]) => ["doctor", ...how, ...argv];

  it("when the authority refuses a secret", async () => {
    const env = { ...loud, ...ids, AZURE_AUTHORITY_HOST: refusing.url, AZURE_CLIENT_SECRET: clientSecret };
    clean(await byomlChild(doctor("--azure", "--auth", "environment"), env, refusing.ca), 4);
  });

  it("when the authority refuses the assertion of a workload", async () => {
    tokenFile = join(folder(), "token");
    writeFileSync(tokenFile, assertion);
    const env = { ...loud, ...ids, AZURE_AUTHORITY_HOST: refusing.url, AZURE_FEDERATED_TOKEN_FILE: tokenFile };
    const ended = await byomlChild(doctor("--azure", "--auth", "workload"), env, refusing.ca);
    clean(ended, 4);
    expect(ended.err).toContain("azure:identity"); // it did log
  });

  it("when the rule refuses a token", async () => {
    const env = { ...loud, ...ids, AZURE_AUTHORITY_HOST: authority.url, AZURE_CLIENT_SECRET: clientSecret };
    const ended = await byomlChild(doctor("--auth", "environment", ...ruleFlags()), env, `${authority.ca}\n${rule.ca}`);
    clean(ended, 4);
    expect(rule.requests.at(-1)?.token).toContain(plantedToken); // there was something to see
  });

  it("when the rule refuses the token of a managed identity", async () => {
    const env = { ...loud, AZURE_POD_IDENTITY_AUTHORITY_HOST: metadata.url };
    clean(await byomlChild(doctor("--auth", "managed", ...ruleFlags()), env, rule.ca), 4);
  });

  it.each([
    [4, { status: 403, code: "OperationFailed" }],
    [2, { status: 400, code: "InvalidRecord" }],
  ])("or of records, when a delivery ends with %i", async (exit, step) => {
    const { home, more } = office();
    more(odd(day0 + 5, 3));
    const refusing = await startIngestion({ script: () => step });
    onTestFinished(() => refusing.close());
    const env = { ...loud, ...ids, AZURE_AUTHORITY_HOST: authority.url, AZURE_CLIENT_SECRET: clientSecret };
    const where = ["--endpoint", refusing.url, "--rule-id", testRule, "--auth", "environment"];
    const argv = ["run", ...how, join(home, "exports"), "--state", join(home, "state"), ...unusual, ...where];
    const ended = await byomlChild(argv, env, `${authority.ca}\n${refusing.ca}`);
    clean(ended, exit);
    expect(ended.out + ended.err).not.toMatch(/sales-\d|share-\d/);
    expect(ended.err).toContain("azure:core-rest-pipeline"); // it did log
    expect(refusing.requests.at(-1)?.token).toContain(plantedToken);
  });

  it("when the account refuses a key, for its firewall or for the key", async () => {
    const env = { ...loud, AZURE_STORAGE_CONNECTION_STRING: connection() };
    const address = `${forbidden.url}/am-securityevent`;
    const ended = await byomlChild(doctor(address, "--state", address, "--auth", "connection-string"), env);
    clean(ended, 4);
    expect(ended.out).toContain("network rules");
    expect(ended.err).toContain("azure:storage-blob");
  });

  it("when the account refuses a signature", async () => {
    const env = { ...loud, AZURE_STORAGE_SAS_TOKEN: `sv=2024-01-01&sig=${signature}` };
    const ended = await byomlChild(doctor(`${forbidden.url}/am-securityevent`, "--auth", "sas"), env);
    clean(ended, 4);
    expect(ended.err).toContain("azure:storage-blob");
  });

  it("when a secret was put where none belongs", async () => {
    const address = `https://acme.blob.core.windows.net/c?sv=2024-01-01&sig=${signature}`;
    clean(await byomlChild(doctor(address), loud), 2);
    clean(await byomlChild(doctor("--azure", "--auth", accountKey), loud), 2);
    clean(await byomlChild(doctor("--azure", "--auth", "sas", "--cloud", `AccountKey=${accountKey}`), loud), 2);
    clean(
      await byomlChild(doctor(`az://acme/am-x`, "--auth", "sas"), { ...loud, AZURE_STORAGE_SAS_TOKEN: clientSecret }),
      4,
    );
    clean(await byomlChild(["train", ...how, address, "--model", "m"], loud), 2);
    clean(await byomlChild(["train", ...how, `x?sig=${signature}`, "--model", "m"], { ...loud }), 3);
  });
});

describe("a process that needs nothing of Azure", () => {
  it("loads none of its packages", async () => {
    const { err } = await byomlChild(["doctor", "--help"], { NODE_DEBUG: "esm" });
    expect(err).toContain("dist/cli/options/azure.js"); // it does say what is loaded
    expect(err).not.toContain("@azure/");
  });
});
