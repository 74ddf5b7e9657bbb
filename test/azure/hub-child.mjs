/* Reads a hub, closes it, and has to end by itself: what is left open would keep the process. */
import { hubOrigin } from "../../dist/azure/hub-origin.js";

const [address, requestTimeoutInMs] = process.argv.slice(2);
const origin = hubOrigin(
  address,
  {},
  { requestTimeoutInMs: Number(requestTimeoutInMs), idleInMs: 100, retryDelayInMs: 10 },
);
try {
  let lines = 0;
  for (const { length, ...listed } of await origin.list()) {
    for await (const chunk of origin.source({ ...listed, from: 0, to: length }).open())
      lines += chunk.filter((byte) => byte === 10).length;
  }
  process.stdout.write(JSON.stringify({ lines }));
} catch (error) {
  process.stdout.write(JSON.stringify({ kind: error.kind, message: error.message }));
} finally {
  await origin.close();
}
