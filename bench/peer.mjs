import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { root } from "./files.mjs";

/**
 * A peer in a process of its own that waits while we run: a line of JSON to its standard input is a question, a line of JSON on its
 * standard output that begins with `{` the answer. So both sides run in turns, close to each other in time.
 */
export class Peer {
  #child;
  #answers;
  #stderr = "";
  #name;
  #failure;

  /** Starts a process; `env` with undefined values takes variables away. */
  constructor(command, args, { env } = {}) {
    this.#name = `${command} ${args.join(" ")}`;
    this.#child = spawn(command, args, { cwd: root, env: { ...process.env, ...env } });
    this.#child.stderr.on("data", (chunk) => {
      this.#stderr = (this.#stderr + chunk).slice(-4000);
    });
    this.#failure = new Promise((_, reject) => {
      this.#child.on("error", reject);
      this.#child.on("close", (code) =>
        reject(new Error(`${this.#name}: ended with ${code ?? "a signal"}\n${this.#stderr}`)),
      );
    });
    this.#failure.catch(() => {});
    this.#child.stdin.on("error", () => {});
    this.#answers = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  /** The answer to a question; rejects when the process ends instead. */
  async ask(question) {
    this.#child.stdin.write(`${JSON.stringify(question)}\n`);
    return Promise.race([this.#answer(), this.#failure]);
  }

  /** Ends the process. */
  async close() {
    this.#child.stdin.end();
    await this.#failure.catch(() => {});
  }

  async #answer() {
    for (;;) {
      const { value, done } = await this.#answers.next();
      if (done) return this.#failure;
      if (value.startsWith("{")) return JSON.parse(value);
    }
  }
}
