import { DataError } from "../base/errors.js";

export type DType = "u8" | "i32" | "u32" | "f32" | "f64";

/** An array in the shared memory: what it holds and where. Offsets never leave this room. */
export interface Region {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
  /** Byte offset, a multiple of 64. */
  readonly offset: number;
  readonly bytes: number;
}

/** Where everything lies in one shared memory. Plain data, so that a plan can be sent to workers and shown by `--dry-run`. */
export interface MemoryPlan {
  readonly regions: Readonly<Record<string, Region>>;
  readonly bytes: number;
  /** Pages of 64 KiB. */
  readonly pages: number;
}

export type RegionSpecs = Readonly<Record<string, readonly [dtype: DType, ...shape: number[]]>>;

const itemBytes: Record<DType, number> = { u8: 1, i32: 4, u32: 4, f32: 4, f64: 8 };
const PAGE = 65_536;
/** The end of a 32-bit address space. */
const MAX_PAGES = 65_536;
/** Bytes that a plan can have. */
export const SHARED_LIMIT = MAX_PAGES * PAGE;

/**
 * Lays regions out one after the other, 64-byte aligned, in the order given. The first 64 bytes stay free, so that no region has
 * address 0.
 *
 * @throws DataError when they do not fit into 4 GiB
 */
export function planMemory(specs: RegionSpecs): MemoryPlan {
  const regions: Record<string, Region> = {};
  let offset = 64;
  for (const [name, [dtype, ...shape]] of Object.entries(specs)) {
    const bytes = shape.reduce((product, size) => product * size, itemBytes[dtype]);
    regions[name] = { name, dtype, shape, offset, bytes };
    offset += Math.ceil(bytes / 64) * 64;
  }
  const pages = Math.ceil(offset / PAGE);
  if (pages > MAX_PAGES)
    throw new DataError(
      `this job needs ${(offset / 2 ** 30).toFixed(2)} GiB of shared memory, and a 32-bit memory ends at 4 GiB`,
      { hint: "Train on fewer days (--since), on one tenant at a time (--where), or with a lower --rank." },
    );
  return { regions, bytes: offset, pages };
}

/** The shared memory of a plan, allocated once; it never grows. */
export function allocate(plan: MemoryPlan): WebAssembly.Memory {
  try {
    return new WebAssembly.Memory({ initial: plan.pages, maximum: plan.pages, shared: true });
  } catch (cause) {
    throw new DataError(`cannot allocate ${(plan.bytes / 2 ** 20).toFixed(0)} MiB of shared memory`, {
      hint: "Close other programs, raise the container's memory limit, or train on fewer days (--since).",
      cause,
    });
  }
}

/** A plan's memory with typed access by name. */
export class SharedRegions {
  constructor(
    readonly plan: MemoryPlan,
    readonly memory: WebAssembly.Memory,
  ) {}

  f32(name: string): Float32Array {
    return new Float32Array(this.memory.buffer, ...this.#span(name, "f32"));
  }
  f64(name: string): Float64Array {
    return new Float64Array(this.memory.buffer, ...this.#span(name, "f64"));
  }
  i32(name: string): Int32Array {
    return new Int32Array(this.memory.buffer, ...this.#span(name, "i32"));
  }
  u32(name: string): Uint32Array {
    return new Uint32Array(this.memory.buffer, ...this.#span(name, "u32"));
  }

  /** The bytes from the start of one region to the end of a later one, or of the same. */
  bytes(from: string, to = from): Uint8Array {
    const [first, last] = [this.plan.regions[from], this.plan.regions[to]];
    if (!first || !last) throw new TypeError(`regions ${from} to ${to}: no such region`);
    return new Uint8Array(this.memory.buffer, first.offset, last.offset + last.bytes - first.offset);
  }

  #span(name: string, dtype: DType): [offset: number, length: number] {
    const region = this.plan.regions[name];
    if (region?.dtype !== dtype)
      throw new TypeError(`region ${name}: expected ${dtype}, got ${region?.dtype ?? "no such region"}`);
    return [region.offset, region.bytes / itemBytes[dtype]];
  }
}
