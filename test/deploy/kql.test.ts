import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { columns } from "../../src/delivery/columns.js";
import { namesOf } from "../../src/deploy/answers.js";
import { alertQuery, latestQuery } from "../../src/deploy/kql/queries.js";
import { huntingQueries } from "../../src/deploy/sentinel/hunting.js";
import { alerting } from "../../src/deploy/sentinel/rule.js";
import { queries } from "../../src/deploy/sentinel/workbook.js";
import { kqlName, kqlReal, kqlSpan, kqlText } from "../../src/deploy/text/kql.js";
import { resolveSelection } from "../../src/ingest/selection.js";
import { answers, hostile, principal } from "./answers.js";
import { analyse, valuesOf } from "./kusto.js";

const names = columns.map(({ name }) => name);
const entityFields = alerting.entityMappings.flatMap(({ fieldMappings }) =>
  fieldMappings.map((each) => each.columnName),
);
const inFormats = Object.values(alerting.alertDetailsOverride).flatMap((format) =>
  [...format.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name),
);

/** A query of the workbook, as it is with parameters put in. */
function filled(query: string, selection: string): string {
  return query
    .replaceAll("{LeastScore}", "3")
    .replaceAll("{ActorKey}", selection)
    .replaceAll("{ResourceKey}", selection);
}

describe.each([
  ["usual names", answers],
  ["an identity that is there", principal],
  ["hostile names", hostile],
])("queries with %s", (_, given) => {
  it("keep one row of each RecordId, with every column", () => {
    const { diagnostics, columns } = analyse(latestQuery(given), given);
    expect(diagnostics).toEqual([]);
    expect([...columns].sort()).toEqual([...names].sort());
  });

  it("of the rule resolve, and end in the columns that alerts refer to", () => {
    const { diagnostics, columns } = analyse(alertQuery(given), given);
    expect(diagnostics).toEqual([]);
    expect(columns).toEqual(expect.arrayContaining([...names, ...entityFields, ...inFormats]));
    expect(columns).toEqual(expect.arrayContaining(Object.values(alerting.customDetails)));
  });

  it.each(huntingQueries(given).map((query) => [query.file, query] as const))(
    "hunting for %s resolve, and end in the columns of the entities",
    (_, { query }) => {
      const { diagnostics, columns } = analyse(query, given);
      expect(diagnostics).toEqual([]);
      expect(columns).toEqual(expect.arrayContaining(entityFields));
    },
  );

  it.each(Object.entries(queries(given)))("of the workbook resolve: %s", (_, query) => {
    expect(analyse(filled(query, "*"), given).diagnostics).toEqual([]);
    expect(analyse(filled(query, "0".repeat(64)), given).diagnostics).toEqual([]);
  });
});

describe("the analysis", () => {
  it("finds a column that is not there", () => {
    const wrong = alertQuery(answers).replace("where Score", "where Scores");
    expect(analyse(wrong, answers).diagnostics.join()).toContain("'Scores' does not refer to any known column");
  });

  it("finds a table that is not there", () => {
    const other = { ...answers, resultTable: "SomethingElse" };
    expect(analyse(latestQuery(other), answers).diagnostics.join()).toContain("SomethingElse_CL");
  });

  it("finds an operator that is cut off", () => {
    expect(analyse(`${latestQuery(answers)}|`, answers).diagnostics).not.toEqual([]);
  });
});

describe("the rule's query", () => {
  it("is what Sentinel takes: short enough, without search * and union *", () => {
    const query = alertQuery(answers);
    expect(query.length).toBeLessThan(10_000);
    expect(query).not.toMatch(/\b(search|union)\s*\*/);
  });

  it("looks back by the delay and the frequency, and takes what arrived since the last run, each record once", () => {
    const query = alertQuery({ ...answers, frequency: 15, delay: 45 });
    expect(query).toContain("let frequency = 15m;");
    expect(query).toContain("Arrived = ingestion_time()");
    expect(query).toContain("FirstArrived = min(Arrived) by RecordId");
    expect(query).toContain("where FirstArrived > ago(frequency)");
  });

  it("takes each row in one run, also where it arrives while a run waits its five minutes", () => {
    // Sentinel executes a query five minutes after its time, with now() and the end of the period at its time: Query End Time UTC
    // and query_now of alerts are the same, their processing is later. Rows that arrive in between are there already.
    const [frequency, delay, wait] = [60, 120, 5];
    const condition = /\| where (FirstArrived .+)\n/.exec(alertQuery({ ...answers, frequency, delay }))![1];
    const takes = new Function(
      "FirstArrived",
      "now",
      "ago",
      "frequency",
      `return ${condition.replaceAll(" and ", " && ")}`,
    ) as (arrived: number, now: () => number, ago: (minutes: number) => number, frequency: number) => boolean;
    const runs = Array.from({ length: 6 }, (_, at) => (at + 1) * frequency);
    for (let made = 30; made <= 120; made++)
      for (let arrived = made; arrived <= made + delay; arrived++) {
        const taken = runs.filter(
          (time) =>
            arrived <= time + wait &&
            made <= time &&
            made > time - frequency - delay &&
            takes(
              arrived,
              () => time,
              (minutes) => time - minutes,
              frequency,
            ),
        );
        expect(taken, `made at ${made}, arrived at ${arrived}`).toHaveLength(1);
      }
  });
});

describe("hunting queries", () => {
  it("never add up or rank the score that stands for disconnected", () => {
    const sums = huntingQueries(answers).flatMap(
      ({ query }) => query.match(/(?:sum|avg|percentile)\w*\(.{0,40}/g) ?? [],
    );
    expect(sums).toHaveLength(4);
    for (const sum of sums) expect(sum).toMatch(/^(?:sumif\(Score, |percentile\(iff\()Score < real\(1000\)/);
  });
});

describe("the query of events around an access", () => {
  it("looks for the events that byoml counts without a flag", () => {
    const { query } = huntingQueries(answers).find(({ file }) => file === "events-around")!;
    const counted = resolveSelection().where.flatMap(({ values }) => [...values]);
    expect(/EventID in \(([^)]*)\)/.exec(query)?.[1].split(", ")).toEqual(counted);
  });
});

describe("the resource of an alert", () => {
  // Verbatim texts: what stands between the quotes is the pattern, of RE2, which agrees with JavaScript on these.
  const patterns = new Map(
    [...alertQuery(answers).matchAll(/extend (\w+) = extract\(@"([^"]*)", 1, Resource\)/g)].map(([, name, pattern]) => [
      name,
      new RegExp(pattern),
    ]),
  );
  const parts = (resource: string) =>
    ["ResourceFolder", "ResourceName", "ResourceHost", "ResourceDomain"].map(
      (name) => patterns.get(name)!.exec(resource)?.[1] ?? "",
    );

  it.each([
    ["\\\\*\\finance", ["\\\\*\\", "finance", "", ""]],
    ["\\\\fs1.contoso.com\\finance", ["\\\\fs1.contoso.com\\", "finance", "fs1", "contoso.com"]],
    ["\\\\10.0.0.5\\finance", ["\\\\10.0.0.5\\", "finance", "10.0.0.5", ""]],
    ["\\\\fs1\\finance\\2024\\", ["\\\\fs1\\finance\\", "2024", "fs1", ""]],
    ["/srv/data/file.txt", ["/srv/data/", "file.txt", "", ""]],
    ["plain", ["", "plain", "", ""]],
  ])("is a folder, a name and, where it names one, a host and its domain: %s", (resource, expected) => {
    expect(parts(resource)).toEqual(expected);
  });
});

describe("the workbook's queries", () => {
  it("take no name from a selection, only its hash", () => {
    const used = Object.values(queries(answers)).flatMap((query) =>
      [...query.matchAll(/\{(\w+)\}/g)].map(([, name]) => name),
    );
    expect([...new Set(used)].sort()).toEqual(["ActorKey", "LeastScore", "ResourceKey"]);
  });
});

describe("texts in queries", () => {
  it("come back as they were, whatever they hold", () =>
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const found = valuesOf(`print x = ${kqlText(text)} | where 1 == 2`);
        expect(found).toContain(text);
        expect(found.length).toBe(valuesOf('print x = "" | where 1 == 2').length);
      }),
    ));

  it("as names of tables are one name, whatever they hold", () =>
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: "grapheme-ascii" }), (resultTable) => {
        const given = { ...answers, resultTable };
        expect(analyse(latestQuery(given), given).diagnostics).toEqual([]);
      }),
      { numRuns: 30 },
    ));

  it("as plain names stand as they are", () => {
    expect(kqlName("Anomalous_CL")).toBe("Anomalous_CL");
    expect(kqlName("where")).toBe('["where"]');
    expect(namesOf(answers).latest).toBe("AnomalousResourceAccessResultLatest");
  });

  it("as numbers and spans are what they say", () => {
    expect([5, -0.5, 1e-9].map((value) => String(valuesOf(`print ${kqlReal(value)}`)[1]))).toEqual([
      "5",
      "-0.5",
      "1E-09",
    ]);
    expect([5, 60, 90, 1440, 0].map(kqlSpan)).toEqual(["5m", "1h", "90m", "1d", "0m"]);
  });
});
