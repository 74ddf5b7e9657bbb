import { describe, expect, it } from "vitest";
import { azureError } from "../../src/azure/errors.js";
import { ByomlError, DataError, OptionError } from "../../src/base/errors.js";
import { ReplacedError } from "../../src/base/replaced.js";

const doing = "listing the container am-securityevent";
const blobUrl = "https://acme.blob.core.windows.net/am-securityevent?sig=plantedSignature";
const ruleUrl = "https://r.ingest.monitor.azure.com/dataCollectionRules/dcr-1/streams/Custom-X";

interface Thrown {
  name?: string;
  statusCode?: number;
  code?: string;
  details?: Record<string, unknown>;
  request?: { url: string; method?: string };
}

const restError = (fields: Thrown, message = "planted message of the service") =>
  Object.assign(new Error(message), { name: "RestError", ...fields });

const made = (fields: Thrown, context?: Parameters<typeof azureError>[2]) =>
  azureError(restError(fields), doing, context) as ByomlError;

describe("azureError", () => {
  it("gives errors of ours and aborts back as they are", () => {
    for (const error of [new ByomlError("auth", "x"), new DataError("y"), new OptionError("a", "b")])
      expect(azureError(error, doing)).toBe(error);
    const abort = new DOMException("stop", "AbortError");
    expect(azureError(abort, doing)).toBe(abort);
  });

  it("gives the error of a credential that a client wraps", () => {
    const own = new ByomlError("auth", "no token");
    expect(azureError(new Error("pipeline", { cause: own }), doing)).toBe(own);
  });

  it("says what was done, status and code, and nothing that the service says", () => {
    const error = made({ statusCode: 404, code: "ContainerNotFound", request: { url: blobUrl } });
    expect(error.message).toBe("listing the container am-securityevent failed (404, ContainerNotFound)");
    expect(error.hint).toContain("am-<table>");
    const writing = made({ statusCode: 404, code: "ContainerNotFound", request: { url: blobUrl, method: "PUT" } });
    expect(writing.hint).toBe("Create the container first.");
    expect(error.details).toEqual({ statusCode: 404, code: "ContainerNotFound" });
    expect(JSON.stringify([error, error.message, error.stack, error.hint])).not.toMatch(/planted/);
  });

  it("takes no code for one that may be content", () => {
    const error = made({ statusCode: 500, code: "eyJhbGciOi.J9", details: { errorCode: "a b" } });
    expect(error.message).toBe(`${doing} failed (500)`);
  });

  it("makes names in what was done inert, and signatures in it unreadable", () => {
    const error = azureError(restError({ statusCode: 500 }), "reading \u001b[31m?sig=plantedSignature") as ByomlError;
    expect(error.message).toBe("reading \\u{1b}[31m?sig=[redacted] failed (500)");
  });

  it.each<[Thrown, string, RegExp]>([
    [
      { statusCode: 403, code: "AuthorizationPermissionMismatch", request: { url: blobUrl, method: "GET" } },
      "auth",
      /Storage Blob Data Reader on the container/,
    ],
    [
      { statusCode: 403, code: "AuthorizationPermissionMismatch", request: { url: blobUrl, method: "PUT" } },
      "auth",
      /Storage Blob Data Contributor on the container/,
    ],
    [{ statusCode: 403, code: "AuthorizationFailure", request: { url: blobUrl } }, "auth", /network rules/],
    [{ statusCode: 403, code: "AuthenticationFailed", request: { url: blobUrl } }, "auth", /clock/],
    [{ statusCode: 401, code: "InvalidAuthenticationInfo", request: { url: blobUrl } }, "auth", /tenant or cloud/],
    [
      { statusCode: 403, code: "KeyBasedAuthenticationNotPermitted", request: { url: blobUrl } },
      "auth",
      /use an identity/,
    ],
    [
      { statusCode: 409, code: "PublicAccessNotPermitted", request: { url: blobUrl } },
      "auth",
      /choose one with --auth/,
    ],
    [
      { statusCode: 403, code: "OperationFailed", request: { url: ruleUrl, method: "POST" } },
      "auth",
      /Monitoring Metrics Publisher on the data collection rule.*30 minutes/,
    ],
    [
      { statusCode: 401, request: { url: ruleUrl, method: "POST" } },
      "auth",
      /tenant.*cloud.*clock.*Monitoring Metrics Publisher/,
    ],
    [{ statusCode: 404, request: { url: ruleUrl, method: "POST" } }, "usage", /endpoint.*immutable id.*stream/],
    [{ statusCode: 404, code: "ContainerNotFound", request: { url: blobUrl } }, "usage", /am-<table>/],
    [{ statusCode: 400, code: "InvalidResourceName", request: { url: blobUrl } }, "usage", /lower-case/],
    [{ statusCode: 409, code: "LeaseAlreadyPresent", request: { url: blobUrl } }, "remote", /Another run/],
    [{ statusCode: 429, request: { url: ruleUrl } }, "remote", /limits/],
    [{ statusCode: 503, code: "ServerBusy", request: { url: blobUrl } }, "remote", /limits/],
    [{ statusCode: 500, request: { url: blobUrl } }, "remote", /run again/],
    [{ code: "ENOTFOUND", request: { url: blobUrl } }, "remote", /cannot be resolved/],
    [{ code: "ECONNREFUSED", request: { url: blobUrl } }, "remote", /Nothing answers/],
    [{ code: "ECONNRESET", request: { url: blobUrl } }, "remote", /broke or stayed silent/],
    [{ code: "SELF_SIGNED_CERT_IN_CHAIN", request: { url: blobUrl } }, "remote", /NODE_EXTRA_CA_CERTS/],
    [{ name: "MessagingError", code: "UnauthorizedError" }, "auth", /Azure Event Hubs Data Receiver on the event hub/],
    [{ name: "MessagingError", code: "MessagingEntityNotFoundError" }, "usage", /consumer group/],
    [{ name: "TimeoutError" }, "remote", /run again/],
  ])("knows a remedy for %j", (fields, kind, hint) => {
    const error = made(fields);
    expect(error).toBeInstanceOf(ByomlError);
    expect([error.kind, error.hint]).toEqual([kind, expect.stringMatching(hint)]);
  });

  it("names the role and the place that the caller knows", () => {
    const context = { role: "Storage Blob Data Contributor", on: "the container byoml" };
    const error = made(
      { statusCode: 403, code: "AuthorizationPermissionMismatch", request: { url: blobUrl } },
      context,
    );
    expect(error.hint).toContain("the role Storage Blob Data Contributor on the container byoml");
  });

  it("is a ReplacedError where a condition on an etag does not hold, but not where a lease does not", () => {
    expect(made({ statusCode: 412, code: "ConditionNotMet" })).toBeInstanceOf(ReplacedError);
    expect(made({ statusCode: 412, code: "LeaseLost" })).not.toBeInstanceOf(ReplacedError);
  });

  it("survives whatever is thrown", () => {
    for (const thrown of [null, undefined, "text", 7, {}, { code: 5 }])
      expect(azureError(thrown, doing)).toMatchObject({ kind: "remote", message: `${doing} failed (no answer)` });
  });
});
