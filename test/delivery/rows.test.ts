import { describe, expect, it } from "vitest";
import { OptionError } from "../../src/base/errors.js";
import { columns } from "../../src/delivery/columns.js";
import { recordIdOf } from "../../src/delivery/record-id.js";
import { anomalyRow, disconnectedScore } from "../../src/delivery/rows.js";

const scored = {
  tenant: "contoso",
  user: "CONTOSO\\jane",
  resource: "\\\\*\\hr",
  day: 19_856,
  score: 7.25,
  reason: "CONTOSO\\jane is expected to use \\\\*\\eng.",
  percentile: 99.9,
  peers: "\\\\*\\hr is expected of CONTOSO\\joe.",
};
const run = { runId: "run-7", modelId: "model-3", now: new Date("2024-05-14T03:04:05.678Z") };

describe("a row", () => {
  it("says of a scored access what the columns ask for", () => {
    expect(anomalyRow(scored, run)).toEqual({
      TimeGenerated: "2024-05-14T03:04:05.678Z",
      EventTime: "2024-05-13T00:00:00.000Z",
      RunId: "run-7",
      RecordId: recordIdOf("contoso", "CONTOSO\\jane", "\\\\*\\hr", 19_856),
      Tenant: "contoso",
      Actor: "CONTOSO\\jane",
      Resource: "\\\\*\\hr",
      Score: 7.25,
      Reason: "CONTOSO\\jane is expected to use \\\\*\\eng.",
      Percentile: 99.9,
      PeerSummary: "\\\\*\\hr is expected of CONTOSO\\joe.",
      ModelId: "model-3",
      TimeStamp: "2024-05-13T00:00:00.000Z",
      PredictedScore: 7.25,
    });
  });

  it("has the columns in their order", () => {
    expect(Object.keys(anomalyRow(scored, run))).toEqual(columns.map(({ name }) => name));
  });

  it("has no event time where the event had none", () => {
    expect(anomalyRow({ ...scored, day: null, percentile: null }, run)).toMatchObject({
      EventTime: null,
      TimeStamp: null,
      Percentile: null,
      RecordId: recordIdOf("contoso", "CONTOSO\\jane", "\\\\*\\hr", null),
    });
  });

  it("of a disconnected access has a finite score, and says what it stands for", () => {
    const row = anomalyRow({ ...scored, score: Number.POSITIVE_INFINITY }, run);
    expect(row).toMatchObject({ Score: disconnectedScore, PredictedScore: disconnectedScore });
    expect(row.Reason).toBe("CONTOSO\\jane is expected to use \\\\*\\eng. A score of 1000 stands for 'disconnected'.");
  });

  it("keeps finite scores as they are, however large", () => {
    expect(anomalyRow({ ...scored, score: 1234.5 }, run).Score).toBe(1234.5);
    expect(anomalyRow({ ...scored, score: -3 }, run).Score).toBe(-3);
  });

  it("is not made of an access without a score", () => {
    expect(() => anomalyRow({ ...scored, score: Number.NaN }, run)).toThrow(OptionError);
    expect(() => anomalyRow({ ...scored, score: Number.NEGATIVE_INFINITY }, run)).toThrow("score: expected a number");
  });
});
