import type { Flow, ReportData, UnusualAccess } from "../../src/report/data.js";
import { histogramOf } from "../../src/report/histogram.js";

/** The same numbers at every run (mulberry32). */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const departments = [
  {
    users: ["jane.doe", "omar.haddad", "li.wei", "sofia.rossi", "tom.baker"],
    shares: ["finance", "payroll", "invoices", "audit-2025"],
  },
  {
    users: ["anna.schmidt", "raj.patel", "mia.jensen", "lucas.silva", "kate.obrien"],
    shares: ["engineering", "builds", "cad-archive", "test-rigs"],
  },
  { users: ["peter.novak", "grace.kim", "ines.costa"], shares: ["hr", "contracts", "recruiting"] },
];

const user = (name: string): string => `CONTOSO\\${name}`;
const share = (name: string): string => `\\\\FS0${1 + (name.length % 3)}\\${name}`;

function flows(next: () => number): Flow[] {
  const links: Flow[] = departments.flatMap((department) =>
    department.users.flatMap((name) =>
      [...department.shares.filter(() => next() < 0.72), "public"].map((res) => ({
        user: user(name),
        res: share(res),
        count: Math.ceil(next() ** 3 * 900),
        unusual: false,
        score: next() * 2 - 1.4,
      })),
    ),
  );
  const add = (name: string, res: string, count: number, score: number | null): void => {
    links.push({ user: user(name), res: share(res), count, unusual: true, score });
  };
  add("lucas.silva", "payroll", 41, 7.92);
  add("lucas.silva", "finance", 12, 6.35);
  add("kate.obrien", "contracts", 3, 5.18);
  add("grace.kim", "cad-archive", 6, 4.71);
  add("tom.baker", "builds", 1, 4.07);
  const server = share("domain-controllers");
  links.push({ user: "FABRIKAM\\svc-backup", res: server, count: 212, unusual: true, score: null });
  links.push({ user: "FABRIKAM\\svc-backup", res: "\\\\BK01\\vault", count: 640, unusual: false, score: -0.2 });
  for (const admin of ["dc.admin", "it.ops"])
    links.push({ user: user(admin), res: server, count: 310, unusual: false, score: -0.4 });
  return links;
}

const unusual: UnusualAccess[] = [
  {
    tenant: "contoso",
    user: "FABRIKAM\\svc-backup",
    res: share("domain-controllers"),
    score: null,
    reason: "disconnected",
    count: 212,
    firstDay: "2026-03-14",
    lastDay: "2026-03-15",
    expectedResources: ["\\\\BK01\\vault", "\\\\BK01\\nightly"],
    expectedUsers: [user("dc.admin"), user("it.ops")],
  },
  {
    tenant: "contoso",
    user: user("lucas.silva"),
    res: share("payroll"),
    score: 7.92,
    reason: "scored",
    count: 41,
    firstDay: "2026-03-13",
    lastDay: "2026-03-15",
    expectedResources: [share("engineering"), share("builds"), share("cad-archive")],
    expectedUsers: [user("jane.doe"), user("sofia.rossi")],
  },
  {
    tenant: "contoso",
    user: user("lucas.silva"),
    res: share("finance"),
    score: 6.35,
    reason: "scored",
    count: 12,
    firstDay: "2026-03-13",
    lastDay: "2026-03-13",
    expectedResources: [share("engineering"), share("builds"), share("cad-archive")],
    expectedUsers: [user("jane.doe"), user("omar.haddad"), user("li.wei")],
  },
  {
    tenant: "contoso",
    user: user("kate.obrien"),
    res: share("contracts"),
    score: 5.18,
    reason: "scored",
    count: 3,
    firstDay: "2026-03-09",
    lastDay: "2026-03-11",
    expectedResources: [share("engineering"), share("test-rigs")],
    expectedUsers: [user("peter.novak"), user("ines.costa")],
  },
  {
    tenant: "contoso",
    user: user("grace.kim"),
    res: share("cad-archive"),
    score: 4.71,
    reason: "scored",
    count: 6,
    firstDay: "2026-03-10",
    lastDay: "2026-03-15",
    expectedResources: [share("hr"), share("contracts")],
    expectedUsers: [user("anna.schmidt"), user("raj.patel"), user("mia.jensen")],
  },
  {
    tenant: "contoso",
    user: user("tom.baker"),
    res: share("builds"),
    score: 4.07,
    reason: "scored",
    count: 1,
    firstDay: "2026-03-12",
    lastDay: "2026-03-12",
    expectedResources: [share("finance"), share("audit-2025")],
    expectedUsers: [user("raj.patel")],
  },
];

/** A report as a team of three departments would get it. */
export function sampleReport(): ReportData {
  const next = random(7);
  const normal = (): number => [1, 2, 3, 4, 5, 6].reduce((sum) => sum + next() - 0.5, 0) / Math.sqrt(0.5);
  const scores = [...Array.from({ length: 2374 }, normal), ...unusual.flatMap(({ score }) => score ?? [])];
  return {
    title: "Unusual resource accesses",
    generatedAt: "2026-03-16T06:30:12.000Z",
    version: "0.1.0",
    model: {
      directory: "models/2026-03-08",
      trainedOn: {
        sources: ["exports/am-securityevent"],
        firstDay: "2026-02-01",
        lastDay: "2026-03-08",
        rows: 184_220,
      },
      parameters: {
        rank: 10,
        maxIter: 25,
        regParam: 1,
        applyImplicitCf: true,
        alpha: 1,
        seed: 42,
        historyAccess: null,
      },
      counts: { tenants: 1, users: 412, resources: 96, accesses: 5218 },
    },
    summary: {
      accesses: 2418,
      byReason: {
        scored: 2379,
        disconnected: 1,
        seen: 0,
        "unknown-user": 24,
        "unknown-resource": 13,
        "unknown-both": 1,
      },
      allowListed: 4,
      threshold: 4,
      aboveThreshold: 6,
    },
    unusual,
    histogram: histogramOf(scores),
    flows: flows(next),
    newUsers: {
      total: 3,
      list: [
        { tenant: "contoso", name: user("noah.fischer"), accesses: 118 },
        { tenant: "contoso", name: user("svc-scanner02"), accesses: 64 },
        { tenant: "contoso", name: user("temp.contractor"), accesses: 9 },
      ],
    },
    newResources: {
      total: 2,
      list: [
        { tenant: "contoso", name: share("merger-2026"), accesses: 77 },
        { tenant: "contoso", name: share("lab-imaging"), accesses: 31 },
      ],
    },
    reading: {
      files: 672,
      bytes: 1_843_220_118,
      records: 1_204_551,
      counted: 1_201_933,
      discarded: 41_200,
      leftOut: { "another event": 2411, "no account": 206 },
      noTime: 0,
      duplicateKeys: 3,
      badLines: {
        count: 1,
        samples: [
          {
            file: "exports/am-securityevent/y=2026/m=03/d=15/h=23/m=55/PT05M.json",
            line: 812,
            offset: 1_902_113,
            message: "not JSON: unexpected end",
          },
        ],
      },
      torn: [{ file: "exports/am-securityevent/y=2026/m=03/d=16/h=06/m=25/PT05M.json", offset: 88_412 }],
      ignoredFiles: 0,
      firstDay: "2026-03-09",
      lastDay: "2026-03-15",
    },
  };
}

/** A report of nothing: no files, no accesses, no model facts, no threshold. */
export function emptyReport(): ReportData {
  return {
    title: "Unusual resource accesses",
    generatedAt: "2026-03-16T06:30:12.000Z",
    version: "0.1.0",
    model: {
      directory: "model",
      trainedOn: null,
      parameters: {},
      counts: { tenants: 0, users: 0, resources: 0, accesses: 0 },
    },
    summary: {
      accesses: 0,
      byReason: {
        scored: 0,
        disconnected: 0,
        seen: 0,
        "unknown-user": 0,
        "unknown-resource": 0,
        "unknown-both": 0,
      },
      allowListed: 0,
      threshold: null,
      aboveThreshold: 0,
    },
    unusual: [],
    histogram: [],
    flows: [],
    newUsers: { total: 0, list: [] },
    newResources: { total: 0, list: [] },
    reading: {
      files: 0,
      bytes: 0,
      records: 0,
      counted: 0,
      discarded: 0,
      leftOut: {},
      noTime: 0,
      duplicateKeys: 0,
      badLines: { count: 0, samples: [] },
      torn: [],
      ignoredFiles: 0,
      firstDay: null,
      lastDay: null,
    },
  };
}

/** Names as an attacker, or a broken exporter, would choose them. */
export const hostileNames: readonly string[] = [
  "<script>alert(1)</script>",
  "</script><script>alert(2)</script>",
  '<img src="https://evil.example/x.png" onerror="alert(3)">',
  "<!--<script>",
  "]]><svg onload=alert(4)>",
  "\"onmouseover=alert(5) x='",
  "=cmd()|' /C calc'!A0",
  "CONTOSO\\\u202excod.exe\u202c",
  "bell\u0007 escape\u001b[31m nul\u0000 newline\n\u2028\u2029 c1\u0085 bom\ufeff",
  "{a|b} {b} {c} {@value} %s",
  "javascript:alert(6)",
  "&lt;b&gt;&amp;&#x3c;script&#x3e;",
  "lone\ud800surrogate\udc00",
  "",
  "   ",
  "__proto__",
  "constructor",
  "toString",
  "שלום \u05d0\u05d1\u05d2 العربية",
  "z\u0300\u0301\u0302\u0303\u0304".repeat(40),
  `long ${"x".repeat(10_000)} end`,
  "\\\\FS01\\".repeat(1500),
  "<b>".repeat(3000),
  "👩‍👩‍👧‍👦".repeat(200),
];

/** A report in which every text is a hostile name, and users and resources have the same names. */
export function hostileReport(names: readonly string[] = hostileNames): ReportData {
  const at = (i: number): string => names[i % names.length]!;
  const all = names.map((_, i) => i);
  const base = sampleReport();
  return {
    ...base,
    title: at(0),
    generatedAt: at(1),
    version: at(2),
    model: {
      directory: at(1),
      trainedOn: { sources: [...names], firstDay: at(2), lastDay: at(3), rows: 1 },
      parameters: Object.fromEntries(all.map((i) => [at(i), at(i + 1)])),
      counts: { tenants: 1, users: 2, resources: 2, accesses: 2 },
    },
    unusual: all.map((i) => ({
      tenant: at(i),
      user: at(i + 1),
      res: at(i + 2),
      score: i % 5 === 0 ? null : 9 - i / 4,
      reason: i % 5 === 0 ? "disconnected" : "scored",
      count: i + 1,
      firstDay: at(i),
      lastDay: at(i + 1),
      expectedResources: [at(i + 3), at(i + 4), at(i + 5)],
      expectedUsers: [at(i + 6), at(i + 7)],
    })),
    flows: all.flatMap((i) => [
      { user: at(i), res: at(i), count: i + 1, unusual: i % 6 === 0, score: i % 12 === 0 ? null : i },
      { user: at(i), res: at(i + 1), count: 10 * i, unusual: false, score: 0.5 },
    ]),
    newUsers: { total: 1000, list: names.map((name, i) => ({ tenant: at(i + 1), name, accesses: i })) },
    newResources: { total: 1000, list: names.map((name, i) => ({ tenant: at(i + 1), name, accesses: i })) },
    reading: {
      ...base.reading,
      leftOut: Object.fromEntries(names.map((name, i) => [name, i])),
      badLines: {
        count: 99,
        samples: names.map((name, i) => ({ file: name, line: i, offset: i, message: at(i + 1) })),
      },
      torn: names.map((file, offset) => ({ file, offset })),
      ignoredFiles: names.length,
      firstDay: at(2),
      lastDay: at(3),
    },
  };
}
