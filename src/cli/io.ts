/** Where a command writes: a stream as little as it needs, so that tests give one of their own. */
export interface Out {
  /** Resolves when the text is handed over; rejects with PipeClosed when nobody reads any more. */
  write(chunk: string | Uint8Array): Promise<void>;
  readonly isTTY: boolean;
  /** Columns of the terminal; 80 where it is none. */
  readonly columns: number;
}

/** Everything that a command gets from the world outside of its arguments and files. */
export interface Io {
  /** Results. */
  stdout: Out;
  /** Messages and progress. */
  stderr: Out;
  env: Readonly<Record<string, string | undefined>>;
  /** Where `byoml.config.json` is looked for. */
  cwd: string;
  /** Aborted by Ctrl-C. */
  signal: AbortSignal;
  /** Asks a person; null where the input has ended. Absent where nobody is there to ask. */
  ask?: (question: string) => Promise<string | null>;
  /** Milliseconds, for rates and intervals. */
  now(): number;
}

/** The reader of our output has gone (`| head`): not an error, the command just ends. */
export class PipeClosed extends Error {
  override readonly name = "PipeClosed";
}
