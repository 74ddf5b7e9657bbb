import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseBlobAddress } from "../../src/azure/blob-address.js";
import { columns, defaultTable } from "../../src/delivery/columns.js";
import { type Answers, namesOf } from "../../src/deploy/answers.js";
import { questions } from "../../src/deploy/questions.js";
import { checkTogether } from "../../src/deploy/together.js";
import { answers } from "./answers.js";

const parse = (key: keyof Answers, text: string) => questions.find((question) => question.key === key)!.parse(text);

describe("answers", () => {
  it.each<[keyof Answers, string, unknown]>([
    ["subscription", " 01234567-89AB-cdef-0123-456789abcdef ", "01234567-89ab-cdef-0123-456789abcdef"],
    ["resourceGroup", "Security_(prod).1-ü", "Security_(prod).1-ü"],
    ["region", "West Europe", "westeurope"],
    ["tables", "SecurityEvent, WindowsEvent", ["SecurityEvent", "WindowsEvent"]],
    ["tables", "File_Access2_CL", ["File_Access2_CL"]],
    ["resultTable", "My_Results_CL", "My_Results"],
    ["severity", "high", "High"],
    ["threshold", "4.5", 4.5],
    ["frequency", "2h", 120],
    [
      "image",
      "localhost:5000/team/byoml@sha256:".concat("0".repeat(64)),
      "localhost:5000/team/byoml@sha256:".concat("0".repeat(64)),
    ],
  ])("of %s: %j are taken", (key, text, value) => {
    expect(parse(key, text)).toEqual(value);
  });

  it.each<[keyof Answers, string, string]>([
    ["subscription", "prod", "expected a GUID such as"],
    ["resourceGroup", "ends.", "no period at the end"],
    ["resourceGroup", "a b", "1 to 90 letters"],
    ["workspace", "-ws", "4 to 63 letters"],
    ["storageAccount", "My-Account", "3 to 24 lower-case"],
    ["region", "west'europe", "a region such as westeurope"],
    ["cloud", "moon", "one of public, usgovernment, china"],
    ["tables", "_Mine", "a letter first"],
    ["tables", "Mine__CL", "single underscores"],
    ["tables", "Mine-CL", "table names"],
    ["tables", "A,a", "each table once"],
    ["tables", " , ", "table names"],
    ["resultTable", "1st", "a letter first"],
    ["resultTable", "x".repeat(46), "4 to 45 letters"],
    ["prefix", "by--oml", "single hyphens"],
    ["prefix", "abcdefghijklmnopqrstu", "3 to 20"],
    ["threshold", "100", "from -100 to below 100"],
    ["threshold", "high", "a number"],
    ["severity", "Critical", "one of High, Medium, Low, Informational"],
    ["frequency", "1m", "from 5m to 14d"],
    ["delay", "14d", "from 0m to 13d"],
    ["interval", "7m", "one of 5m, 10m"],
    ["image", "Byoml:1", "an image such as"],
    ["image", "byoml:1 --privileged", "an image such as"],
    ["identity", "me", "one of user-assigned, principal"],
    ["principalId", "x", "a GUID"],
  ])("of %s: %j are refused, with what is expected", (key, text, why) => {
    expect(() => parse(key, text)).toThrow(why);
    expect(() => parse(key, text)).toThrow(new RegExp(`^${key}: `));
  });

  it("never hold what could end a line or a word, whatever is typed", () =>
    fc.assert(
      fc.property(fc.constantFrom(...questions), fc.string({ unit: "binary" }), ({ key }, text) => {
        let value: unknown;
        try {
          value = parse(key, text);
        } catch {
          return;
        }
        expect([value].flat().join("")).toMatch(/^[\p{L}\p{N}_.()/:@-]*$/u);
      }),
      { numRuns: 2000 },
    ));

  it("by default are ones that would be taken", () => {
    for (const { fallback, parse: take } of questions) {
      const text = fallback?.({});
      if (typeof text === "string") expect(() => take(text)).not.toThrow();
    }
    expect(parse("resultTable", defaultTable)).toBe(defaultTable);
  });

  it("by default fit together, however often the rule runs", () => {
    const { fallback, parse: take } = questions.find(({ key }) => key === "delay")!;
    for (const frequency of [5, 30, 59, 60, 1440, 13 * 1440, 14 * 1440]) {
      const delay = take(fallback!({ frequency })!) as number;
      expect(() => checkTogether({ ...answers, frequency, delay })).not.toThrow();
    }
  });

  it("that do not fit together are refused", () => {
    expect(() => checkTogether(answers)).not.toThrow();
    expect(() => checkTogether({ ...answers, deliverAbove: 6 })).toThrow(
      "deliverAbove: expected at most --threshold (5), got 6",
    );
    expect(() => checkTogether({ ...answers, frequency: 14 * 1440 })).toThrow("at most 14d together");
    expect(() => checkTogether({ ...answers, frequency: 30, delay: 2880 })).toThrow("expected at least 1h");
    expect(() => checkTogether({ ...answers, principalId: answers.subscription })).toThrow(
      "expected none with --identity user-assigned",
    );
    expect(() => checkTogether({ ...answers, tables: ["anomalousresourceaccessresult_cl"] })).toThrow(
      "tables: expected none that byoml writes",
    );
    expect(() => checkTogether({ ...answers, tables: ["Hr_CL"], prefix: "am-hr-cl" })).toThrow(
      "prefix: expected a container of its own",
    );
  });
});

describe("names that follow from answers", () => {
  it("lead to the containers of the export, whatever the case of a table's name", () => {
    const { inputs, exportContainers } = namesOf({ ...answers, tables: ["SecurityEvent", "syslog"] });
    expect(inputs).toEqual(["az://siemexport/SecurityEvent", "az://siemexport/am-syslog"]);
    expect(exportContainers).toEqual(["am-securityevent", "am-syslog"]);
  });

  it("lead to the same container from a table with underscores as the template makes, and to one that can be", () => {
    const { inputs, exportContainers } = namesOf({ ...answers, tables: ["File_Access_CL"] });
    expect(exportContainers).toEqual(["am-file-access-cl"]);
    expect(parseBlobAddress(inputs[0]).container).toBe("am-file-access-cl");
  });
});

describe("the table's columns", () => {
  it("are names that Log Analytics takes", () => {
    expect(columns.length).toBeLessThanOrEqual(500);
    for (const { name } of columns) {
      expect(name).toMatch(/^[A-Za-z][A-Za-z0-9_]{0,44}$/);
      expect(["_ResourceId", "id", "_SubscriptionId", "TenantId", "Type", "UniqueId", "Title"]).not.toContain(name);
    }
  });
});
