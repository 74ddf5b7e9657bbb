import { once } from "node:events";
import { createServer, type IncomingMessage, request } from "node:http";

export interface LosingProxy {
  /** Its address, in the place of the target's. */
  readonly origin: string;
  /** Whether the reply to a request is lost after the target has done what it asks. */
  loses: (sent: IncomingMessage) => boolean;
  /** What a request waits for before it is passed on. */
  holds: (sent: IncomingMessage) => Promise<void> | undefined;
  /** How many replies were lost. */
  lost: number;
  close(): Promise<void>;
}

/** Passes requests on, and loses the replies that a test chooses: the connection breaks in their place. */
export async function startLosingProxy(target: string): Promise<LosingProxy> {
  const { hostname, port } = new URL(target);
  const server = createServer(async (incoming, answer) => {
    await proxy.holds(incoming);
    const { method, url: path, headers } = incoming;
    const passed = request({ hostname, port, method, path, headers }, (reply) => {
      if (proxy.loses(incoming)) {
        proxy.lost++;
        reply.resume().on("end", () => incoming.socket.destroy());
        return;
      }
      answer.writeHead(reply.statusCode!, reply.rawHeaders);
      reply.pipe(answer);
    });
    passed.on("error", () => incoming.socket.destroy());
    incoming.pipe(passed);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const proxy: LosingProxy = {
    origin: `http://127.0.0.1:${(server.address() as { port: number }).port}`,
    loses: () => false,
    holds: () => undefined,
    lost: 0,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
  return proxy;
}
