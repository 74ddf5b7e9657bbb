import fc from "fast-check";
import { expect, it } from "vitest";
import { accessesOf, envelope, hubOf, originOf, sliceOf } from "./hub-helpers.js";

/** What happens to a hub between two cycles, and in the next one. */
const cycle = fc.record({
  sent: fc.array(
    fc.record({ partition: fc.nat(1), users: fc.array(fc.constantFrom("ann", "bob", "eve"), { maxLength: 3 }) }),
    {
      maxLength: 30,
    },
  ),
  fault: fc.option(fc.record({ after: fc.nat(40), what: fc.constantFrom("drop" as const, "detach" as const) }), {
    nil: undefined,
  }),
  /** The cycle is killed after it read: the next one reads the same again. */
  killed: fc.boolean(),
});

it("cycles that list and read what is new give together what one reading gives, whatever fails on the way", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(cycle, { minLength: 1, maxLength: 4 }), async (cycles) => {
      const hub = await hubOf({ partitions: 2 });
      const origin = originOf(hub);
      const position = new Map<string, number>();
      const together = new Map<string, number>();
      const read = async (fault: typeof hub.fault, killed: boolean) => {
        const listed = await origin.list();
        const slices = listed.map((one) => sliceOf(one, position.get(one.name)));
        const fresh = slices.filter(({ from, to }) => from < to);
        hub.fault = fault;
        const { seen, report } = await accessesOf(origin, fresh);
        hub.fault = undefined;
        if (killed) return;
        for (const { name, to } of fresh) position.set(name, to);
        for (const [user, weight] of seen) together.set(user, (together.get(user) ?? 0) + weight);
        expect(report.badLines.count).toBe(0);
      };
      hub.send(0, envelope("first"));
      for (const { sent, fault, killed } of cycles) {
        for (const { partition, users } of sent) hub.send(partition, envelope(...users));
        hub.send(1, envelope("last"));
        await read(fault && { ...fault, error: { condition: "amqp:link:detach-forced" } }, killed);
      }
      hub.send(0, envelope("last"));
      await read(undefined, false);
      const whole = await accessesOf(
        originOf(hub),
        (await origin.list()).map((one) => sliceOf(one)),
      );
      expect(together).toEqual(whole.seen);
      expect(origin.lost).toEqual([]);
    }),
    { numRuns: 8 },
  );
});
