import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkCall } from "../../src/wasm/check.js";
import { allocate, type DType, planMemory, SharedRegions } from "../../src/wasm/plan.js";

const dtypes: DType[] = ["u8", "i32", "u32", "f32", "f64"];
const specs = fc.dictionary(
  fc.string({ minLength: 1, maxLength: 8 }),
  fc.tuple(fc.constantFrom(...dtypes), fc.nat(1000), fc.nat(50)),
  { maxKeys: 12 },
);

describe("the memory plan", () => {
  it("gives disjoint, aligned regions within bounds", () => {
    fc.assert(
      fc.property(specs, (wanted) => {
        const plan = planMemory(wanted);
        const regions = Object.values(plan.regions).sort((a, b) => a.offset - b.offset);
        let end = 64;
        for (const { offset, bytes } of regions) {
          expect(offset % 64).toBe(0);
          expect(offset).toBeGreaterThanOrEqual(end);
          end = offset + bytes;
        }
        expect(plan.bytes).toBeGreaterThanOrEqual(end);
        expect(plan.pages * 65_536).toBeGreaterThanOrEqual(plan.bytes);
      }),
    );
  });

  it("refuses what a 32-bit memory cannot hold, and says what to do", () => {
    expect(() => planMemory({ x: ["f64", 2 ** 29, 1] })).toThrow(/needs 4\.00 GiB.*ends at 4 GiB/);
  });

  it("reaches the last bytes of a region beyond 2 GiB", () => {
    const plan = planMemory({ low: ["u8", 2 ** 31], high: ["f32", 3] });
    const regions = new SharedRegions(plan, allocate(plan));
    regions.f32("high").set([1, 2, 3]);
    expect([...regions.f32("high")]).toEqual([1, 2, 3]);
  });

  it("names a region that is missing or of the wrong type", () => {
    const plan = planMemory({ x: ["f32", 4, 4] });
    const regions = new SharedRegions(plan, allocate(plan));
    expect(() => regions.f64("x")).toThrow("region x: expected f64, got f32");
    expect(() => regions.f32("y")).toThrow("region y: expected f32, got no such region");
    expect(() => checkCall(plan, { kernel: "initRows", x: "y", rank: 4, seed: 0, side: 0 })).toThrow(
      "initRows: region y: expected f32 of 2 dimensions, got none",
    );
  });
});
