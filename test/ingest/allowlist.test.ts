import { describe, expect, it } from "vitest";
import { parseAllowList } from "../../src/ingest/allowlist.js";

describe("parseAllowList", () => {
  const list = parseAllowList(
    "\ufeff# automation\r\n\r\nCONTOSO\\svc-backup   # nightly\r\n*\\svc-*\n  scan?er\nodd#name\n*\\ΣΥΣ*ς\n",
  );

  it.each([
    "CONTOSO\\svc-backup",
    "contoso\\SVC-Backup",
    "FABRIKAM\\svc-x",
    "\\svc-",
    "scanner",
    "SCAN€ER",
    "scan😀er",
    "odd#name",
    "a\\συσσ",
  ])("matches %s", (user) => expect(list.matches(user)).toBe(true));

  it.each(["svc-backup", "CONTOSO\\asvc-backup", "scaner", "scannner", "# automation", "", "nightly", "odd"])(
    "does not match %s",
    (user) => expect(list.matches(user)).toBe(false),
  );

  it("matches nothing when empty", () => expect(parseAllowList("# none\n").matches("")).toBe(false));

  it("takes regular-expression characters as they are", () => {
    const odd = parseAllowList("a.c\n(x+)+$\n[a-z]*\n");
    expect([odd.matches("abc"), odd.matches("(x+)+$"), odd.matches("[a-z]q"), odd.matches("q")]).toEqual([
      false,
      true,
      true,
      false,
    ]);
  });

  it("answers at once for a long hostile name and many stars", () => {
    const hostile = parseAllowList(`${"*a".repeat(30)}*b`);
    expect(hostile.matches("a".repeat(20_000))).toBe(false);
    expect(hostile.matches(`${"a".repeat(20_000)}b`)).toBe(true);
  });
});
