import { describe, expect, it } from "vitest";
import { audienceOf, checkTarget } from "../../src/azure/ingestion-target.js";
import { OptionError } from "../../src/base/errors.js";
import { testRule, testStream } from "./ingestion.js";

const target = {
  endpoint: "https://byoml-1a2b.westeurope-1.ingest.monitor.azure.com",
  ruleId: testRule,
  stream: testStream,
};

describe("where rows go", () => {
  it.each([
    target.endpoint,
    `${target.endpoint}/`,
    "https://byoml-1a2b.usgovvirginia-1.ingest.monitor.azure.us",
    "https://byoml-1a2b.chinaeast2-1.ingest.monitor.azure.cn",
    "https://localhost:8443",
    "https://127.0.0.1:8443",
    "https://[::1]:8443",
  ])("may be %s", (endpoint) => {
    expect(checkTarget({ ...target, endpoint })).toEqual({ ...target, endpoint: new URL(endpoint).origin });
  });

  it.each([
    "",
    "byoml-1a2b.westeurope-1.ingest.monitor.azure.com",
    "http://byoml-1a2b.westeurope-1.ingest.monitor.azure.com",
    "http://localhost:8080",
    "https://ingest.monitor.azure.com",
    "https://byoml.ingest.monitor.azure.com.evil.example",
    "https://evil.example/.ingest.monitor.azure.com",
    "https://evil.example#.ingest.monitor.azure.com",
    "https://byoml.ods.opinsights.azure.com",
    "https://byoml.westeurope-1.ingest.monitor.azure.com:8443",
    "https://byoml.westeurope-1.ingest.monitor.azure.com/dataCollectionRules",
    "https://byoml.westeurope-1.ingest.monitor.azure.com/?sig=hunter2",
    "https://user:hunter2@byoml.westeurope-1.ingest.monitor.azure.com",
  ])("may not be %j", (endpoint) => {
    expect(() => checkTarget({ ...target, endpoint })).toThrow(OptionError);
    expect(() => checkTarget({ ...target, endpoint })).toThrow(/^endpoint: expected https:/);
    expect(() => checkTarget({ ...target, endpoint })).not.toThrow(/hunter2/);
  });

  it.each(["", "my-rule", testRule.toUpperCase(), `${testRule}0`, `/subscriptions/1/dataCollectionRules/${testRule}`])(
    "may not be the rule %j",
    (ruleId) => {
      expect(() => checkTarget({ ...target, ruleId })).toThrow(/^ruleId: expected dcr- and 32/);
    },
  );

  it.each(["", "AnomalousResourceAccessResult", "Custom-", "Custom-1", "Custom-a b", "Custom-a/../b", "custom-a"])(
    "may not be the stream %j",
    (stream) => {
      expect(() => checkTarget({ ...target, stream })).toThrow(/^stream: expected Custom-/);
    },
  );

  it.each([
    [target.endpoint, "https://monitor.azure.com"],
    ["https://x.ingest.monitor.azure.us", "https://monitor.azure.us"],
    ["https://x.ingest.monitor.azure.cn", "https://monitor.azure.cn"],
    ["https://localhost:8443", "https://monitor.azure.com"],
  ])("has tokens for its cloud: %s", (endpoint, audience) => {
    expect(audienceOf(endpoint)).toBe(audience);
  });
});
