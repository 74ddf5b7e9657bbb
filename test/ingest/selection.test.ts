import { describe, expect, it } from "vitest";
import { OptionError } from "../../src/base/errors.js";
import { resolveSelection } from "../../src/ingest/selection.js";
import { errorOf, event, eventDay, line, readText, rowsOf } from "./helpers.js";

const jsonLines = (...rows: unknown[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join("");

describe("the default selection", () => {
  it("counts Windows file-share events by account, share and day", async () => {
    const { table, report } = await readText(line() + line() + line({ EventID: "5145", TenantId: undefined }));
    expect(rowsOf(table)).toEqual([
      ["t1", "CONTOSO\\ann", "\\\\*\\HR$", eventDay, 2],
      ["0", "CONTOSO\\ann", "\\\\*\\HR$", eventDay, 1],
    ]);
    expect(table.weightKind).toBe("count");
    expect(report).toMatchObject({ lines: 3, counted: 3, noTime: 0, firstDay: "2026-01-02", lastDay: "2026-01-02" });
  });

  it("leaves out other events", async () => {
    const { report } = await readText(
      line() + line({ EventID: 4624 }) + line({ EventID: "514" }) + line({ EventID: null, Account: null }),
    );
    expect(report).toMatchObject({ lines: 4, counted: 1, leftOut: { notSelected: 3 } });
  });

  it.each([
    ["Account", { Account: "A\\b", SubjectUserName: "no" }, "A\\b"],
    ["domain and name", { SubjectDomainName: "D", SubjectUserName: "u" }, "D\\u"],
    ["a name without a domain", { SubjectUserName: "u" }, "u"],
    ["a name with an empty domain", { SubjectDomainName: "", SubjectUserName: "u" }, "u"],
    ["the next source when one is empty", { Account: "", SubjectUserName: "u" }, "u"],
    ["the next source when one is an object", { Account: {}, user: "u" }, "u"],
    ["Winlogbeat 6", { event_data: { SubjectDomainName: "D", SubjectUserName: "u" } }, "D\\u"],
    ["Winlogbeat 7", { winlog: { event_data: { SubjectUserName: "u" } } }, "u"],
    ["the next source when a Windows column is a number", { Account: 17, SubjectUserName: "u" }, "u"],
    ["a number as its text", { user: 17 }, "17"],
    ["a boolean as its text", { user: false }, "false"],
  ])("takes the user from %s", async (_, fields, user) => {
    const { table } = await readText(jsonLines({ EventID: 5140, ShareName: "s", ...fields }));
    expect(table.users.names).toEqual([user]);
  });

  it("reads events as Winlogbeat nests them and leaves out the other ones", async () => {
    const nested = (id: number) => ({ event_id: id, event_data: { SubjectUserName: "u", ShareName: "s" } });
    const { report, table } = await readText(jsonLines(nested(5140), nested(4624), { winlog: nested(5145) }));
    expect(report).toMatchObject({ counted: 2, leftOut: { notSelected: 1 } });
    expect(rowsOf(table)).toEqual([["0", "u", "s", null, 2]]);
  });

  it.each(["TimeGenerated", "TimeCreated", "@timestamp", "EventTime"])("takes the time from %s", async (name) => {
    const { table } = await readText(line({ TimeGenerated: undefined, [name]: "2026-01-02T23:30:00-05:00" }));
    expect(table.day[0]).toBe(eventDay + 1);
  });

  it("reads SynapseML's own columns without a flag, as likelihoods", async () => {
    const row = { tenant: "t", user: "u", res: "r" };
    const { table, report } = await readText(
      jsonLines({ ...row, likelihood: 2.5 }, { ...row, likelihood: "1.5" }, { ...row, likelihood: null }),
    );
    expect(rowsOf(table)).toEqual([["t", "u", "r", null, 4]]);
    expect(table.weightKind).toBe("likelihood");
    expect(report).toMatchObject({ counted: 2, noTime: 2, leftOut: { badWeight: 1 } });
  });

  it("counts rows of tenant, user and res that have no likelihood", async () => {
    const { table } = await readText(jsonLines({ tenant: "t", user: "u", res: "r" }));
    expect(table.weightKind).toBe("count");
    expect(rowsOf(table)).toEqual([["t", "u", "r", null, 1]]);
  });

  it("refuses to add likelihoods to counts", async () => {
    const mixed = jsonLines({ user: "u", res: "r" }, { user: "u", res: "r", likelihood: 3 });
    expect((await errorOf(readText(mixed))).message).toContain("1 of 2 rows have a likelihood");
  });

  it("leaves rows without an event and without both names unselected, not unnamed", async () => {
    const { report } = await readText(
      jsonLines({ user: "u" }, { res: "r" }, { other: 1 }, { user: "u", res: "r" }),
      {},
      { mode: "strict" },
    );
    expect(report.leftOut).toEqual({
      notSelected: 3,
      outsideTime: 0,
      repeated: 0,
      noUser: 0,
      noResource: 0,
      badField: 0,
      badWeight: 0,
      allowListed: 0,
    });
  });
});

describe("values that are no names", () => {
  it.each([[null], [""]])("counts %j as no user and as no resource", async (value) => {
    const { report } = await readText(line() + line({ Account: value }) + line({ ShareName: value }));
    expect(report).toMatchObject({ lines: 3, counted: 1, leftOut: { noUser: 1, noResource: 1, badField: 0 } });
  });

  it.each([[{}], [[]], [["a"]], [5], [true]])("counts %j in a column of Windows as a bad field", async (value) => {
    const { report } = await readText(line() + line({ Account: value }) + line({ ShareName: value }));
    expect(report).toMatchObject({ lines: 3, counted: 1, leftOut: { noUser: 0, noResource: 0, badField: 2 } });
  });

  it("counts a bad user before it looks at the resource, and each row once", async () => {
    const both = line({ Account: {}, ShareName: {} }) + line({ Account: {}, ShareName: null });
    const { report } = await readText(line() + both + line({ Account: null, ShareName: {} }));
    expect(report).toMatchObject({ lines: 4, counted: 1, leftOut: { noUser: 1, noResource: 0, badField: 2 } });
  });

  it("takes numbers and booleans of columns that flags name as their text, and nothing else", async () => {
    const rows = [{ Account: 5 }, { Account: true }, { Account: [5] }, { Account: null }, { ShareName: {} }];
    const { table, report } = await readText(rows.map(line).join(""), { user: "Account", resource: "ShareName" });
    expect(table.users.names).toEqual(["5", "true"]);
    expect(report.leftOut).toMatchObject({ noUser: 1, badField: 2 });
  });

  it("says so where no row has a name", async () => {
    const error = await errorOf(readText(line({ Account: { name: "ann" } })));
    expect(error.message).toBe("no access in 1 file: 1 with a user or resource that is no text");
    expect(error.hint).toBe("Name columns of text or numbers with --user and --resource.");
  });

  it("takes what an object inherits for absent, and its own __proto__ for a field", async () => {
    const options = { user: "__proto__", resource: "constructor" };
    const text = '{"__proto__":"u","constructor":"r"}\n{"a":1}\n{"__proto__":"u"}\n';
    const { table, report } = await readText(text, options);
    expect(rowsOf(table)).toEqual([["0", "u", "r", null, 1]]);
    expect(report.leftOut).toMatchObject({ noUser: 1, noResource: 1 });
    expect(({} as Record<string, unknown>)["u"]).toBeUndefined();
  });
});

describe("columns by flag", () => {
  it("need no event, and select every row that has both", async () => {
    const { table } = await readText(jsonLines({ u: "a", r: "b", EventID: 1 }), { user: "u", resource: "r" });
    expect(rowsOf(table)).toEqual([["0", "a", "b", null, 1]]);
  });

  it("are found by dotted path, unless a field has exactly that name", async () => {
    const rows = jsonLines(
      { Properties: { upn: "nested" }, r: 1 },
      { "Properties.upn": "flat", Properties: { upn: "nested" }, r: 1 },
      { Properties: '{"upn":"json text"}', r: 1 },
      { Properties: "plain", r: 1 },
      { Properties: [1], r: 1 },
      { Properties: '{"upn":', r: 1 },
    );
    const { table, report } = await readText(rows, { user: "Properties.upn", resource: "r" });
    expect(table.users.names).toEqual(["nested", "flat", "json text"]);
    expect(report.leftOut.noUser).toBe(3);
  });

  it("name the tenant and the time", async () => {
    const rows = jsonLines({ u: "a", r: "b", org: 7, at: 86_400 }, { u: "a", r: "b", org: {}, at: "x" });
    const { table, report } = await readText(rows, { user: "u", resource: "r", tenant: "org", time: "at" });
    expect(rowsOf(table)).toEqual([
      ["7", "a", "b", 1, 1],
      ["0", "a", "b", null, 1],
    ]);
    expect(report.noTime).toBe(1);
  });
});

describe("--weight", () => {
  it("is summed instead of 1", async () => {
    const { table } = await readText(line({ n: 2 }) + line({ n: "3.5" }) + line({ n: -1 }), { weight: "n" });
    expect(rowsOf(table)).toEqual([["t1", "CONTOSO\\ann", "\\\\*\\HR$", eventDay, 4.5]]);
    expect(table.weightKind).toBe("count");
  });

  it.each([[null], [undefined], ["NaN"], ["Infinity"], [""], ["0x10"], [true], [{}], ["1e999"]])(
    "leaves out a row whose weight is %j",
    async (n) => {
      const { report } = await readText(line({ n: 1 }) + line({ n }), { weight: "n" });
      expect(report).toMatchObject({ counted: 1, leftOut: { badWeight: 1 } });
    },
  );

  it.each(["likelihood", "Likelihood"])("makes likelihoods of a column named %s", async (weight) => {
    const { table } = await readText(line({ [weight]: 1 }), { weight });
    expect(table.weightKind).toBe("likelihood");
  });
});

describe("--where", () => {
  const rows =
    line({ EventID: 1, Type: "a" }) + line({ EventID: 2, Type: "b" }) + line({ EventID: 2, Type: undefined });

  it("takes the place of the default condition and compares text", async () => {
    expect((await readText(rows, { where: ["EventID=2"] })).report.counted).toBe(2);
    expect((await readText(rows, { where: ["EventID=1,2"] })).report.counted).toBe(3);
  });

  it("holds altogether when given more than once, and never for a missing field", async () => {
    expect((await readText(rows, { where: ["EventID=1,2", "Type=b,c"] })).report).toMatchObject({
      counted: 1,
      leftOut: { notSelected: 2 },
    });
  });

  it("takes what follows the first = as values", () => {
    expect(resolveSelection({ where: ["a=b=c,d"] }).where[0]).toMatchObject({ fields: ["a"], values: ["b=c", "d"] });
  });
});

describe("--since and --until", () => {
  const at = (TimeGenerated: unknown) => line({ TimeGenerated });
  const rows =
    at("2026-01-01T23:59:59.9999999Z") +
    at("2026-01-02") +
    at("2026-01-03T00:30:00+01:00") +
    at("2026-01-03") +
    at(null);

  it("take from the start of a day to before the start of a day, and leave out rows without a time", async () => {
    const { report } = await readText(rows, { since: "2026-01-02", until: "2026-01-03" });
    expect(report).toMatchObject({
      lines: 5,
      counted: 2,
      noTime: 1,
      leftOut: { outsideTime: 3 },
      firstDay: "2026-01-02",
    });
  });

  it("take times as well", async () => {
    expect((await readText(rows, { since: "2026-01-02T23:30:00Z" })).report.counted).toBe(2);
    expect((await readText(rows, { until: "2026-01-02T00:00:00.001Z" })).report.counted).toBe(2);
  });
});

describe("the allow-list", () => {
  it("leaves out its users and asks once for each", async () => {
    const asked: string[] = [];
    const allowList = {
      matches(user: string) {
        asked.push(user);
        return user === "CONTOSO\\ann";
      },
    };
    const { table, report } = await readText(line() + line() + line({ Account: "CONTOSO\\bob" }), {}, { allowList });
    expect(report).toMatchObject({ counted: 1, leftOut: { allowListed: 2 } });
    expect(table.users.names).toEqual(["CONTOSO\\bob"]);
    expect(asked).toEqual(["CONTOSO\\ann", "CONTOSO\\bob"]);
  });
});

describe("wrong options", () => {
  it.each([
    [{ user: "" }, "--user"],
    [{ weight: "" }, "--weight"],
    [{ where: ["EventID"] }, "--where"],
    [{ where: ["=5"] }, "--where"],
    [{ where: ["a="] }, "--where"],
    [{ where: ["a=b,"] }, "--where"],
    [{ since: "yesterday" }, "--since"],
    [{ until: "1591757466" }, "--until"],
    [{ since: "2026-01-02", until: "2026-01-02" }, "--until"],
  ])("%j name the flag %s", (options, flag) => {
    expect(() => resolveSelection(options)).toThrow(OptionError);
    expect(() => resolveSelection(options)).toThrow(flag);
  });

  it("stay plain data when right", () => {
    const selection = resolveSelection({ user: "u", where: ["a=b"], since: "2026-01-01" });
    expect(JSON.parse(JSON.stringify(selection))).toEqual(selection);
    expect(event().EventID).toBe(5140);
  });
});
