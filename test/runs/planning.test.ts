import { describe, expect, it } from "vitest";
import type { Listed, ListOptions } from "../../src/ingest/origin.js";
import type { SelectionOptions } from "../../src/ingest/selection.js";
import { planCycle } from "../../src/runs/planning.js";

const old: Listed = { name: "a", length: 1, etag: "1", created: "c", grows: true, format: "json", gzip: false };

/** Plans a cycle over an origin that has one thing, and gives what the origin was asked. */
async function plan(selection: SelectionOptions) {
  const asked: ListOptions[] = [];
  const origin = {
    name: "o",
    async list(options: ListOptions = {}) {
      asked.push(options);
      return options.since === undefined ? [old] : [];
    },
    source: () => expect.fail("nothing is read"),
  };
  const progress = { gone: { etag: "1", created: "c", read: 1, length: 1, origin: "o" } };
  const { slices, changes } = await planCycle({ origins: [origin], selection }, progress);
  return { since: asked[0].since, slices: slices.length, deleted: changes.map(({ name }) => name) };
}

describe("the plan of a cycle", () => {
  it("lists from --since on, by the folders of an export, and cannot know then what is gone", async () => {
    const since = Date.parse("2026-01-02T00:00Z");
    expect(await plan({ since: "2026-01-02" })).toEqual({ since, slices: 0, deleted: [] });
    expect(await plan({ since: "2026-01-02", time: "TimeGenerated" })).toEqual({ since, slices: 0, deleted: [] });
  });

  it("lists everything where times are of another column: folders say nothing of them", async () => {
    const found = { since: undefined, slices: 1, deleted: ["gone"] };
    expect(await plan({ since: "2026-01-02", time: "EventTime" })).toEqual(found);
  });
});
