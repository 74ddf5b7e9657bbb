import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { AccessAnomaly } from "../../src/access/anomaly.js";
import { AccessAnomalyModel } from "../../src/access/model.js";
import { reasons } from "../../src/access/types.js";
import { NO_DAY } from "../../src/interactions/accesses.js";
import { AccessCounter } from "../../src/interactions/counter.js";
import { sample, synapseScores } from "./sets.js";

const train = sample("train");
const synapse = fileURLToPath(new URL("../fixtures/synapseml-model", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "byoml-test-"));
afterAll(() => rmSync(folder, { recursive: true }));

describe("a model that SynapseML saved", () => {
  it.each(["train", "intra", "inter"] as const)("gives SynapseML's scores: %s", async (set) => {
    const model = await AccessAnomalyModel.load(synapse);
    const want = synapseScores(set);
    const got = await model.score(want);
    expect(got.length).toBe(want.length);
    got.forEach(({ score }, n) => {
      expect(Math.abs(score! - want[n].anomaly_score)).toBeLessThan(1e-6);
    });
  });
});

describe("save and load", () => {
  it("keep the scores to the bit, and what is known of the training", async () => {
    const model = await new AccessAnomaly({ seed: 3 }).fit(train, { trainedOn: { files: 2 } });
    const directory = join(folder, "model");
    await model.save(directory);
    const loaded = await AccessAnomalyModel.load(directory);
    expect(await loaded.score(sample("inter"))).toEqual(await model.score(sample("inter")));
    expect(loaded.facts).toEqual(model.facts);
    expect(loaded.facts!.trainedOn).toEqual({ files: 2 });
  });
});

describe("the order of cases", () => {
  const rows = [
    { user: "a", res: "x", likelihood: 1 },
    { user: "a", res: "y", likelihood: 2 },
    { user: "b", res: "y", likelihood: 3 },
    { user: "c", res: "z", likelihood: 4 },
  ];
  const asked = [
    { user: "b", res: "x" },
    { user: "a", res: "z" },
    { user: "q", res: "x" },
    { user: "a", res: "q" },
    { user: "q", res: "r" },
  ];

  it("is unknown, disconnected, scored", async () => {
    const model = await new AccessAnomaly().fit(rows);
    const scored = await model.score(asked);
    expect(scored.map(({ reason }) => reason)).toEqual([
      "scored",
      "disconnected",
      "unknown-user",
      "unknown-resource",
      "unknown-both",
    ]);
    expect(Number.isFinite(scored[0].score)).toBe(true);
    expect(scored.slice(1).map(({ score }) => score)).toEqual([Number.POSITIVE_INFINITY, null, null, null]);
  });

  it("puts the history first, and makes components from it", async () => {
    const historyAccess = [
      { user: "q", res: "r" },
      { user: "b", res: "x" },
      { user: "b", res: "x" },
      { user: "a", res: "z" },
      { user: "a", res: "y" },
    ];
    const model = await new AccessAnomaly({ historyAccess }).fit(rows);
    const scored = await model.score([...asked, { user: "a", res: "x" }, { user: "c", res: "x" }]);
    expect(scored.map(({ reason }) => reason)).toEqual([
      "seen", // b x
      "seen", // a z
      "unknown-user", // q x
      "unknown-resource", // a q
      "seen", // q r, known to the history alone
      "disconnected", // a {z, y} and b {x} share nothing in the history
      "unknown-user", // c has factors but is in no component of the history: unknown, as SynapseML's join has it
    ]);
    expect(scored[0].score).toBe(0);
    expect(model.data.history).toEqual({
      tenant: ["0", "0", "0", "0"],
      user: ["a", "a", "b", "q"],
      res: ["y", "z", "x", "r"],
    });
  });

  it("cannot be confused by names that run into each other", async () => {
    const model = await new AccessAnomaly({ historyAccess: [{ user: "ab", res: "c" }] }).fit([
      { user: "ab", res: "c", likelihood: 1 },
      { user: "a", res: "bc", likelihood: 2 },
      { user: "a", res: "c", likelihood: 2 },
    ]);
    expect((await model.score([{ user: "a", res: "bc" }]))[0].reason).not.toBe("seen");
  });
});

describe("a counted table", () => {
  it("is scored by distinct access, in order of first appearance, with what was read of it", async () => {
    const model = await new AccessAnomaly().fit(train);
    const counter = new AccessCounter();
    counter.add("t0", "hr_user_1", "fin_res_2", 20, 1);
    counter.add("t0", "nobody", "ffa", NO_DAY, 1);
    counter.add("t0", "hr_user_1", "fin_res_2", 18, 5);
    const table = counter.finish();
    const pairs = await model.scoreTable(table);
    expect(pairs.length).toBe(2);
    expect([...pairs.weight]).toEqual([6, 1]);
    expect([...pairs.firstDay]).toEqual([18, NO_DAY]);
    expect([...pairs.lastDay]).toEqual([20, NO_DAY]);
    expect([...pairs.reason].map((index) => reasons[index])).toEqual(["scored", "unknown-user"]);
    const [alone] = await model.score([{ tenant: "t0", user: "hr_user_1", res: "fin_res_2" }]);
    expect(pairs.score[0]).toBe(alone!.score);
    expect(pairs.score[1]).toBeNaN();
  });

  it("gives the same scores on workers as on the calling thread", async () => {
    const model = await new AccessAnomaly().fit(train);
    const counter = new AccessCounter();
    const { users, resources } = model.data;
    // more pairs than are scored inline: filled up with unknown users
    for (const user of users.name) for (const res of resources.name) counter.add("t0", user, res, NO_DAY, 1);
    const known = users.name.length * resources.name.length;
    for (let n = 0; n < 70_000; n++) counter.add("t0", `nobody ${n}`, "ffa", NO_DAY, 1);
    const many = await model.scoreTable(counter.finish(), { threads: 3 });
    const rows = users.name.flatMap((user) => resources.name.map((res) => ({ tenant: "t0", user, res })));
    const few = await model.score(rows);
    expect([...many.score.subarray(0, known)]).toEqual(few.map(({ score }) => score));
  });
});

describe("explanations", () => {
  it("name what the model expected of the user and at the resource", async () => {
    const model = await new AccessAnomaly().fit(train);
    const { expectedResources, expectedUsers } = model.expect("t0", "hr_user_1", "fin_res_2");
    expect(expectedResources.length).toBe(3);
    expect(expectedResources.every((name) => name.startsWith("hr_") || name === "ffa")).toBe(true);
    expect(expectedUsers.length).toBe(3);
    expect(expectedUsers.every((name) => name.startsWith("fin_"))).toBe(true);
    const scores = await model.score(expectedResources.map((res) => ({ tenant: "t0", user: "hr_user_1", res })));
    expect(scores[0].score!).toBeLessThanOrEqual(scores[1].score!);
    expect(model.expect("t0", "nobody", "nothing")).toEqual({ expectedResources: [], expectedUsers: [] });
  });
});

describe("names with broken Unicode", () => {
  it("are one name when trained, saved, loaded and scored", async () => {
    const rows = [
      { user: "a\ud800", res: "r", likelihood: 1 },
      { user: "a\udc00", res: "s", likelihood: 2 },
      { user: "b", res: "s", likelihood: 3 },
    ];
    const model = await new AccessAnomaly().fit(rows);
    expect(model.data.users.name).toEqual(["a\ufffd", "b"]);
    await model.save(join(folder, "surrogates"));
    const loaded = await AccessAnomalyModel.load(join(folder, "surrogates"));
    expect((await loaded.score(rows)).map(({ reason }) => reason)).toEqual(["scored", "scored", "scored"]);
  });
});
