import { expect, it } from "vitest";
import { azurite } from "../azure/blobs.js";
import { startProxy } from "../azure/proxy.js";
import { soak } from "./soak.js";

const cycles = Number(process.env["BYOML_SOAK"] ?? 24);
const seed = Number(process.env["BYOML_SOAK_SEED"] ?? Date.now() % 1_000_000);
const service = azurite();

it(
  `cycles on blobs that grow, with faults at random, lose and double nothing and hold no more memory: ${cycles} cycles, seed ${seed}`,
  async () => {
    const exports = await service.container();
    const state = await service.container();
    const proxy = await startProxy(service.url);
    try {
      const exportsBehindProxy = service.clientOf(exports.containerName, proxy.port);
      const report = await soak(cycles, seed, { exports, exportsBehindProxy, state, proxy });
      process.stderr.write(`${JSON.stringify(report)}\n`);
      expect(report.faults).toEqual([]);
      expect(report.expected).toBeGreaterThan(cycles / 2);
      // A cycle holds a model and a few MB of Parquet while it works; what stays must not add up: 100 cycles that kept 1 MB each would.
      expect(report.heldAfter - report.heldBefore).toBeLessThan(30);
    } finally {
      await proxy.close();
    }
  },
  300_000 + 10_000 * cycles,
);
