import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { checkApart } from "../../src/cli/apart.js";
import { folder } from "./terminal.js";

const suffix = "core.windows.net";
const blobs = "https://acme.blob.core.windows.net";
const check = (place: string, ...inputs: string[]) => checkApart("--state", place, inputs, suffix);

describe("a place that is written to", () => {
  it.each([
    ["az://acme/SecurityEvent/state", "az://acme/SecurityEvent"],
    [`${blobs}/am-securityevent`, "az://acme/SecurityEvent"],
    [`${blobs}/exports/a/b`, `${blobs}/exports/a/`],
    ["/no/such/exports/state", "/no/such/exports"],
    ["/no/such/exports/x/../state", "/no/such"],
  ])("is refused below an input: %s below %s", (place, input) => {
    expect(() => check(place, "eventhub://n.servicebus.windows.net/hub", input)).toThrow(/outside of the inputs/);
  });

  it.each([
    ["az://acme/byoml/state", "az://acme/SecurityEvent"],
    ["az://other/SecurityEvent/state", "az://acme/SecurityEvent"],
    [`${blobs}/exports/ab`, `${blobs}/exports/a`],
    [`${blobs}/exports/_state`, `${blobs}/exports`],
    ["/no/such/exports-state", "/no/such/exports"],
    ["/no/such/.state", "/no/such"],
    ["/no/such", "/no/such/exports"],
    ["az://acme/byoml", "/no/such"],
  ])("is taken beside an input, or where it is hidden: %s beside %s", (place, input) => {
    expect(() => check(place, input)).not.toThrow();
  });

  it("is refused where a link leads below an input", () => {
    const home = folder();
    mkdirSync(join(home, "exports"));
    symlinkSync(join(home, "exports"), join(home, "link"));
    expect(() => check(join(home, "link", "state"), join(home, "exports"))).toThrow(/outside of the inputs/);
  });
});
