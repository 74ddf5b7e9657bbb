/*
 * Microsoft's language service for Kusto: parses a query and resolves every name in it against tables and functions that are given.
 */
import { createRequire } from "node:module";
import { columns } from "../../src/delivery/columns.js";
import { type Answers, namesOf } from "../../src/deploy/answers.js";
import { latestQuery } from "../../src/deploy/kql/queries.js";

interface List {
  Count?: number;
  length?: number;
}
interface Named {
  Name: string;
}
interface Table {
  WithName(name: string): Table;
}
interface Code {
  GetDiagnostics(): List;
  ResultType: { Columns?: List } | null;
  Syntax: { GetFirstToken(): Token | null };
}
interface Token {
  Value: unknown;
  Text: string;
  Kind: number;
  GetNextToken(): Token | null;
}
interface Language {
  Symbols: {
    TableSymbol: { From(schema: string): Table };
    FunctionSymbol: { $ctor16: new (name: string, parameters: string, body: string, description: null) => object };
    DatabaseSymbol: { ctor: new (name: string, members: object[]) => object };
  };
  GlobalState: { Default: { WithDatabase(database: object): object } };
  KustoCode: { ParseAndAnalyze(text: string, globals: object): Code };
  Diagnostic: object;
}

const require = createRequire(import.meta.url);
require("@kusto/language-service-next/bridge.min.js");
require("@kusto/language-service-next/Kusto.Language.Bridge.min.js");
const { Kusto, System } = globalThis as unknown as {
  Kusto: { Language: Language };
  System: { Array: { getCount(list: List): number; getItem(list: List, at: number): unknown } };
};
const { Symbols, GlobalState, KustoCode } = Kusto.Language;

/** Columns of SecurityEvent that the queries use, and some beside them. */
const securityEvent =
  "(TimeGenerated: datetime, EventID: int, Account: string, AccountType: string, Computer: string, IpAddress: string, ShareName: string, ShareLocalPath: string, RelativeTargetName: string, AccessMask: string, SubjectUserName: string, SubjectDomainName: string, _ResourceId: string, TenantId: string)";

export interface Analysis {
  /** What is wrong, empty where nothing is. */
  diagnostics: string[];
  /** Names of the columns of the result. */
  columns: string[];
}

/** Analyses a query in a workspace that has the table of results, the function on it, and SecurityEvent. */
export function analyse(query: string, answers: Answers): Analysis {
  const { table, latest } = namesOf(answers);
  const schema = columns.map(({ name, type }) => `${name}: ${type}`).join(", ");
  const members = [
    Symbols.TableSymbol.From(`(${schema})`).WithName(table),
    Symbols.TableSymbol.From(securityEvent).WithName("SecurityEvent"),
    new Symbols.FunctionSymbol.$ctor16(latest, "()", `{ ${latestQuery(answers)} }`, null),
  ];
  const state = GlobalState.Default.WithDatabase(new Symbols.DatabaseSymbol.ctor("workspace", members));
  const code = KustoCode.ParseAndAnalyze(query, state);
  return {
    diagnostics: items<{ Code: string; Message: string }>(code.GetDiagnostics()).map(
      (each) => `${each.Code} ${each.Message}`,
    ),
    columns: code.ResultType?.Columns ? items<Named>(code.ResultType.Columns).map(({ Name }) => Name) : [],
  };
}

/** The values of the tokens of a query: of a literal, what it says. */
export function valuesOf(query: string): unknown[] {
  const values = [];
  const { Syntax } = KustoCode.ParseAndAnalyze(query, GlobalState.Default);
  for (let token = Syntax.GetFirstToken(); token; token = token.GetNextToken()) values.push(token.Value);
  return values;
}

function items<Item>(list: List): Item[] {
  return Array.from({ length: System.Array.getCount(list) }, (_, at) => System.Array.getItem(list, at) as Item);
}
