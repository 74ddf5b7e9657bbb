/** A log that survives a kill: what was appended before is there afterwards, whole. */
export interface AppendLog {
  /** Everything in it; a line that was being appended when the process was killed may be there in part, as the last one. Empty where there is none. */
  read(): Promise<Uint8Array>;
  /** Appends bytes, durably. */
  append(bytes: Uint8Array): Promise<void>;
}
