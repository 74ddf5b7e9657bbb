import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { run } from "../../src/cli/run.js";
import { folder, terminal } from "./terminal.js";

/** Runs a schedule whose places are wrong, so that nothing is asked of anybody. */
async function refusal(...args: string[]): Promise<string> {
  const home = folder();
  const io = terminal({ env: { AZURE_STORAGE_SAS_TOKEN: "sig=x" } });
  const places = ["--auth", "sas", "--state", join(home, "state"), "--results", join(home, "results")];
  expect(await run(["run", ...args, ...places], io)).toBe(2);
  return io.stderr.text;
}

describe("the places of a schedule", () => {
  it("are no mistyped addresses", async () => {
    expect(await refusal("eventhubs://acme/SecurityEvent")).toContain("Did you mean eventhub://?");
  });

  it("have checkpoints for event hubs alone, in a container", async () => {
    expect(await refusal("exports", "--checkpoints", "az://acme/checks")).toContain("an event hub among the inputs");
    expect(await refusal("eventhub://acme/hub", "--checkpoints", "az://acme/checks/folder")).toContain(
      "--checkpoints: expected a container alone",
    );
  });

  it("are in one cloud, checkpoints too", async () => {
    const elsewhere = "https://acme.blob.core.usgovcloudapi.net/checks";
    expect(await refusal("eventhub://acme.servicebus.windows.net/hub", "--checkpoints", elsewhere)).toContain(
      "expected one cloud",
    );
  });
});
