import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DataError } from "../../src/base/errors.js";
import { readSealed, writeSealed } from "../../src/runs/sealed.js";
import type { Store } from "../../src/runs/store.js";
import { errorOf } from "../ingest/helpers.js";

/** What reading and writing need of a store. */
function memory(): { store: Store; objects: Map<string, Uint8Array> } {
  const objects = new Map<string, Uint8Array>();
  const store = {
    name: "memory",
    write: async (name: string, bytes: Uint8Array) => void objects.set(name, bytes),
    read: async (name: string) => objects.get(name) ?? null,
  };
  return { store: store as unknown as Store, objects };
}

describe("a sealed value", () => {
  it("is read as it was written", () =>
    fc.assert(
      fc.asyncProperty(fc.jsonValue(), async (value) => {
        const { store } = memory();
        await writeSealed(store, "a", value);
        expect(await readSealed(store, "a")).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    ));

  it("is never another one than was written, whatever happens to its bytes", () =>
    fc.assert(
      fc.asyncProperty(fc.nat(), fc.integer({ min: 1, max: 255 }), fc.boolean(), async (place, change, cut) => {
        const { store, objects } = memory();
        const value = { "https://a/b.json": { read: 123_456, etag: '"0x8D"' } };
        await writeSealed(store, "a", value);
        const whole = objects.get("a")!;
        const at = place % whole.length;
        const bytes = cut ? whole.slice(0, at) : whole.slice();
        if (!cut) bytes[at] ^= change;
        objects.set("a", bytes);
        const read = await readSealed(store, "a").catch((error: unknown) => error);
        if (cut || read instanceof Error) expect(read).toBeInstanceOf(DataError);
        else expect(read).toEqual(value);
      }),
      { numRuns: 500 },
    ));

  it("says whether it is missing or damaged", async () => {
    const { store, objects } = memory();
    expect((await errorOf(readSealed(store, "a"))).message).toBe("memory: a is missing");
    objects.set("a", new TextEncoder().encode('{"read":1}\n'));
    expect((await errorOf(readSealed(store, "a"))).message).toMatch(/a is not what was written/);
  });

  it("takes less than a tenth of the place where names repeat their folders", async () => {
    const { store, objects } = memory();
    const names = Array.from({ length: 2000 }, (_, n) => `https://a.b/c/y%3D2026/m%3D01/d%3D01/h%3D${n}/PT05M.json`);
    const value = Object.fromEntries(names.map((name, n) => [name, { read: 1000 * n, created: "AppendBlob 2026" }]));
    await writeSealed(store, "a", value);
    expect(objects.get("a")!.length).toBeLessThan(JSON.stringify(value).length / 10);
  });
});
