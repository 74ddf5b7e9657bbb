/* A proxy on loopback that passes requests on, and misbehaves where it is told to. */
import { once } from "node:events";
import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";

/** What happens to a request, or to its answer. */
export interface Fault {
  /** Answers so, without asking. */
  status?: number;
  /** Breaks the connection after so many bytes of the body. */
  cutAfter?: number;
  /** Says no more after so many bytes of the body; -1 = no answer at all. */
  hangAfter?: number;
  /** Ends the body after so many bytes, with a length that says so. */
  endAfter?: number;
  /** Adds so many bytes to the body. */
  more?: number;
  /** Passes on a byte at a time. */
  slow?: boolean;
  /** The target does what it is asked; the connection breaks in the place of its answer. */
  lose?: boolean;
}

export interface FaultyProxy {
  readonly port: number;
  /** Requests so far, as `GET bytes=0-99 /path`. */
  readonly seen: string[];
  /** Decides what happens to the n-th request, from 0, which waits for that. It may change things first. */
  fault: (asked: string, n: number) => Fault | undefined | Promise<Fault | undefined>;
  /** Requests under way. */
  open: number;
  /** How many answers were lost. */
  lost: number;
  close(): Promise<void>;
}

export async function startProxy(target: string): Promise<FaultyProxy> {
  const server = createServer((asked, answer) => {
    proxy.open++;
    answer.once("close", () => proxy.open--);
    void pass(asked, answer).catch(() => answer.destroy());
  });
  const proxy: FaultyProxy & { port: number } = {
    port: 0,
    seen: [],
    fault: () => undefined,
    open: 0,
    lost: 0,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };

  async function pass(asked: IncomingMessage, answer: ServerResponse): Promise<void> {
    const range = asked.headers["x-ms-range"] ?? "";
    const text = `${asked.method} ${range} ${asked.url}`;
    const fault = (await proxy.fault(text, proxy.seen.push(text) - 1)) ?? {};
    if (fault.hangAfter === -1) return;
    if (fault.status !== undefined) {
      asked.resume();
      answer.writeHead(fault.status).end();
      return;
    }
    const { hostname, port } = new URL(target);
    const { method, headers, url: path } = asked;
    const onward = request({ hostname, port, method, headers, path });
    asked.pipe(onward);
    const [got] = (await once(onward, "response")) as [IncomingMessage];
    if (fault.lose) {
      proxy.lost++;
      await once(got.resume(), "end");
      answer.destroy();
      return;
    }
    const length = Number(got.headers["content-length"]);
    const shown = { ...got.headers };
    if (fault.endAfter !== undefined) shown["content-length"] = String(fault.endAfter);
    if (fault.more !== undefined) shown["content-length"] = String(length + fault.more);
    answer.writeHead(got.statusCode!, shown);
    answer.flushHeaders();
    let left = fault.cutAfter ?? fault.hangAfter ?? fault.endAfter ?? Number.POSITIVE_INFINITY;
    for await (const chunk of got as AsyncIterable<Buffer>) {
      const part = chunk.subarray(0, left);
      left -= part.length;
      for (const piece of fault.slow ? Array.from(part, (byte) => Uint8Array.of(byte)) : [part])
        await new Promise((resolve) => answer.write(piece, resolve));
      if (left > 0) continue;
      onward.destroy();
      break;
    }
    if (left <= 0 && fault.cutAfter !== undefined) answer.destroy();
    else if (left > 0 || fault.endAfter !== undefined) answer.end(Buffer.alloc(fault.more ?? 0, "x"));
  }

  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  proxy.port = (server.address() as { port: number }).port;
  return proxy;
}
