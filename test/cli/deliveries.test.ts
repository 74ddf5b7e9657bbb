/* What `run` and `watch` say of deliveries to a rule, and what they exit with. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { startAuthority, testClient, testTenant } from "../azure/identity.js";
import { type Ingestion, type IngestionOptions, startIngestion, testRule } from "../azure/ingestion.js";
import { odd } from "../runs/office.js";
import { azureCli, byoml, day0, ended, office, start } from "./office.js";

const unusual = ["--threshold", "1.5", "--rank", "4"];

/** An office with one odd access, which a schedule delivers to a rule. */
async function delivering(options: IngestionOptions) {
  const { home, more } = office();
  more(odd(day0 + 5, 3));
  const ingestion: Ingestion = await startIngestion(options);
  onTestFinished(() => ingestion.close());
  const where = ["--endpoint", ingestion.url, "--rule-id", testRule];
  const args = ["exports", "--state", "state", ...unusual, ...where];
  return { home, more, ingestion, args, cli: azureCli(home, ingestion.ca) };
}

/** Variables of an application with a secret, at an authority. */
const application = (authority: string) => ({
  AZURE_AUTHORITY_HOST: authority,
  AZURE_TENANT_ID: testTenant,
  AZURE_CLIENT_ID: testClient,
  AZURE_CLIENT_SECRET: "s",
});

describe("byoml run", () => {
  it("stops with 4 where the right is missing, and goes on when it is there", async () => {
    const answer = { status: 403 };
    const script = () => (answer.status === 204 ? "take" : { ...answer });
    const { home, args, ingestion, cli } = await delivering({ script });
    const argv = ["run", ...args, "--auth", "cli", "--json"];
    const refused = await byoml(home, argv, cli);
    expect(refused).toMatchObject({ code: 4, err: expect.stringMatching(/Monitoring Metrics Publisher/) });
    expect(JSON.parse(refused.out)).toMatchObject({
      code: "auth",
      details: { record: { outcome: "not-delivered" } },
    });
    answer.status = 204;
    const delivered = await byoml(home, argv, cli);
    expect(delivered.code).toBe(0);
    expect(JSON.parse(delivered.out)).toMatchObject({ attempts: 2, delivery: { unsent: 0 } });
    expect(ingestion.stored.map(({ Actor }) => Actor)).toContain("sales-3");
    expect(refused.err + refused.out + delivered.err + delivered.out).not.toContain("sesame");
  });

  it("stops with 5 where who gives tokens cannot be reached", async () => {
    const { home, args } = await delivering({});
    const env = application("https://127.0.0.1:9");
    const { code, out } = await byoml(home, ["run", ...args, "--auth", "environment", "--json"], env);
    expect({ code, ...JSON.parse(out) }).toMatchObject({
      code: "remote",
      details: { record: { outcome: "not-delivered" } },
    });
    expect(code).toBe(5);
  });

  it("ends with 6 where rows went to the dead letters, and says where these are", async () => {
    const { home, args, cli } = await delivering({ refuses: ({ Actor }) => Actor === "sales-3" });
    const { code, out } = await byoml(home, ["run", ...args, "--auth", "cli"], cli);
    expect([code, out]).toEqual([
      6,
      expect.stringMatching(/dead letters are in objects\/dead-letters\/\S+ of the state/),
    ]);
  });
});

/** What became of each cycle, by its record on a line. */
function outcomesOf(out: string): string[] {
  return out
    .trimEnd()
    .split("\n")
    .map((line) => (JSON.parse(line) as { outcome: string }).outcome);
}

describe("byoml watch", () => {
  const twice = ["--cycles", "2", "--interval", "1s", "--auth", "cli"];

  it("says each time what to do about trouble, and ends with the code of what stays", async () => {
    const { home, args, cli } = await delivering({ script: () => ({ status: 403 }) });
    const { code, err } = await byoml(home, ["watch", ...args, ...twice], cli);
    expect(err).toMatch(/^warning: .*403.*the next cycle tries again\. .*Monitoring Metrics Publisher/m);
    expect(err).toMatch(/^error: .*403.*\n.*Monitoring Metrics Publisher/m);
    expect(code).toBe(4);
  });

  it("ends with 6 where one of its cycles left dead letters", async () => {
    const { home, args, cli } = await delivering({ refuses: ({ Actor }) => Actor === "sales-3" });
    const { code, out } = await byoml(home, ["watch", ...args, ...twice, "--json"], cli);
    expect([code, outcomesOf(out)]).toEqual([6, ["partly-delivered", "done"]]);
  });

  it("ends with 0 where the last cycle mended what the one before could not", async () => {
    const { home, args, cli } = await delivering({ script: [{ status: 403 }] });
    const { code, out } = await byoml(home, ["watch", ...args, ...twice, "--json"], cli);
    expect([code, outcomesOf(out)]).toEqual([0, ["not-delivered", "done"]]);
  });

  it("asks for another token when one runs out before its time", async () => {
    const authority = await startAuthority();
    onTestFinished(() => authority.close());
    const { home, more, args, ingestion } = await delivering({ script: ["take", "expire"] });
    writeFileSync(join(home, "both.pem"), `${authority.ca}\n${ingestion.ca}`);
    const env = { ...application(authority.url), NODE_EXTRA_CA_CERTS: join(home, "both.pem") };
    const argv = ["watch", ...args, "--auth", "environment", "--interval", "1s", "--cycles", "2", "--json"];
    const child = start(home, argv, env);
    child.stdout?.once("data", () => more(odd(day0 + 5, 4)));
    const { code, out } = await ended(child);
    expect(
      out
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line)),
    ).toMatchObject([
      { outcome: "done", delivery: { requests: 1 } },
      { outcome: "done", delivery: { requests: 2, retries: 1, unsent: 0 } },
    ]);
    expect(code).toBe(0);
    expect(new Set(ingestion.requests.map(({ token }) => token)).size).toBe(2);
  });
});
