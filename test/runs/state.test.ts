import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DataError } from "../../src/base/errors.js";
import { StateFile } from "../../src/runs/state.js";
import type { Store } from "../../src/runs/store.js";
import { failureOf } from "./behaviours.js";

/** What a state needs of a store, in memory; a test may make writes fail. */
class Slots {
  readonly name = "the store in memory";
  readonly objects = new Map<string, Uint8Array>();
  fails: Error | null = null;
  async read(name: string): Promise<Uint8Array | null> {
    return this.objects.get(name) ?? null;
  }
  async write(name: string, bytes: Uint8Array): Promise<void> {
    if (this.fails) throw this.fails;
    this.objects.set(name, bytes);
  }
}

const fileIn = (slots: Slots) => new StateFile<unknown>(slots as unknown as Store, (value) => value);

async function saved(...states: unknown[]): Promise<Slots> {
  const slots = new Slots();
  const file = fileIn(slots);
  await file.load();
  for (const state of states) await file.save(state);
  return slots;
}

describe("a saved state", () => {
  it("comes back as it was, whatever JSON it is", () =>
    fc.assert(
      fc.asyncProperty(fc.jsonValue(), fc.jsonValue(), async (before, state) => {
        const loaded = await fileIn(await saved(before, state)).load();
        expect(JSON.stringify(loaded)).toBe(
          JSON.stringify({ generation: 2, saved: loaded!.saved, state, fellBack: null }),
        );
      }),
    ));

  it("is never taken for another one after any change of a byte, or a cut anywhere", async () => {
    const slots = await saved({ cycles: 1, secret: "S3CRET" }, { cycles: 2, secret: "S3CRET" });
    const newest = slots.objects.get("state-0.json")!;
    const damage = fc.oneof(
      fc.record({ at: fc.nat(newest.length - 1), byte: fc.integer({ min: 1, max: 255 }) }),
      fc.record({ cut: fc.nat(newest.length - 1) }),
    );
    await fc.assert(
      fc.asyncProperty(damage, async (how) => {
        const bytes = "cut" in how ? newest.slice(0, how.cut) : newest.slice();
        if ("at" in how) bytes[how.at] ^= how.byte;
        slots.objects.set("state-0.json", bytes);
        try {
          const loaded = await fileIn(slots).load();
          expect(loaded).toMatchObject({ generation: 1, state: { cycles: 1 } });
          expect(loaded!.fellBack).toMatch(/^state-0\.json is damaged: .+; going on from state-1\.json, saved at 20/);
          expect(loaded!.fellBack).not.toMatch(/S3CRET|cycles/);
        } catch (error) {
          // The one change that reads as a newer version's.
          if (!(error instanceof DataError)) throw error;
          expect(error.message).toMatch(/got version [2-9]$/);
        }
      }),
      { numRuns: 500 },
    );
  });

  it("that one deleted is missed once there was another before it", async () => {
    const once = await saved({ cycles: 1 });
    expect(await fileIn(once).load()).toMatchObject({ fellBack: null });
    const slots = await saved({ cycles: 1 }, { cycles: 2 }, { cycles: 3 });
    slots.objects.delete("state-1.json");
    expect(await fileIn(slots).load()).toMatchObject({
      state: { cycles: 2 },
      fellBack: expect.stringMatching(/^state-1\.json is missing; going on from state-0\.json/),
    });
  });

  it("stays when saving the next one fails, which may be tried again", async () => {
    const slots = await saved({ cycles: 1 }, { cycles: 2 });
    const file = fileIn(slots);
    await file.load();
    slots.fails = new Error("the disk is full");
    expect(await failureOf(file.save({ cycles: 3 }))).toBe(slots.fails);
    expect(await fileIn(slots).load()).toMatchObject({ state: { cycles: 2 }, fellBack: null });
    slots.fails = null;
    expect(await file.save({ cycles: 3 })).toBe(3);
    expect(await fileIn(slots).load()).toMatchObject({ state: { cycles: 3 }, generation: 3, fellBack: null });
  });

  it("is damaged where its content is not what is expected, though its checksum fits", async () => {
    const slots = await saved({ cycles: 1 }, { cycles: "many" });
    const file = new StateFile(slots as unknown as Store, (value) => {
      const { cycles } = value as { cycles: unknown };
      if (typeof cycles !== "number") throw new Error("cycles: expected a number");
      return cycles;
    });
    expect(await file.load()).toMatchObject({
      state: 1,
      fellBack: expect.stringContaining("cycles: expected a number"),
    });
  });

  it("cannot be replaced by one that did not look at it before", async () => {
    const slots = await saved({ cycles: 1 });
    expect(await failureOf(fileIn(slots).save({ cycles: 9 }))).toMatchObject({ kind: "internal" });
    expect(await fileIn(slots).load()).toMatchObject({ state: { cycles: 1 } });
  });
});
