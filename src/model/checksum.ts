/** What a file must be, byte for byte. */
export interface Checksum {
  bytes: number;
  /** Lower-case hexadecimal. */
  sha256: string;
}
