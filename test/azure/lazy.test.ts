import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const room = fileURLToPath(new URL("../../src/azure", import.meta.url));

describe("the clients of Azure", () => {
  it.each(readdirSync(room))("are loaded when they are used, not with the module: %s", (name) => {
    const text = readFileSync(join(room, name), "utf8");
    const statements = [...text.matchAll(/^(?:import|export)\s[^;]*?from "([^"]+)"/gm)];
    const loaded = statements.filter(
      ([statement, from]) => from.startsWith("@azure/") && !/^\w+ type\b/.test(statement),
    );
    expect(loaded.map(([statement]) => statement)).toEqual([]);
  });
});
