import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import type { Writable } from "node:stream";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { describeOwner, herePlace, livenessOf, newOwner, parseOwner } from "../../src/runs/owner.js";

/** The number of a process that has ended. */
async function deadNumber(): Promise<number> {
  const child = spawn(process.execPath, ["-e", ""]);
  await once(child, "exit");
  return child.pid!;
}

describe("the owner of a lock", () => {
  it("is alive as long as its process is, and dead afterwards", async () => {
    expect(livenessOf(newOwner())).toBe("alive");
    expect(livenessOf({ ...newOwner(), pid: await deadNumber() })).toBe("dead");
  });

  it("is dead when its number is another process's by now", () => {
    expect(livenessOf({ ...newOwner(), started: "1" })).toBe("dead");
  });

  it("is dead when it has ended and its parent has not asked yet", async () => {
    // The shell becomes a program that never asks after the child, which ends once nothing more comes from here.
    const shell = spawn("sh", ["-c", "cat <&3 & echo $!; exec sleep 60"], {
      stdio: ["ignore", "pipe", "ignore", "pipe"],
    });
    const [line] = (await once(shell.stdout!, "data")) as [Buffer];
    const owner = { ...newOwner(), pid: Number(line.toString()), started: null };
    const until = async (there: () => boolean) => {
      while (!there()) await new Promise((resolve) => setTimeout(resolve, 5));
    };
    await until(() => readFileSync(`/proc/${shell.pid}/comm`, "utf8") === "sleep\n");
    expect(livenessOf(owner)).toBe("unknown");
    (shell.stdio[3] as Writable).end();
    await until(() => livenessOf(owner) === "dead");
    process.kill(owner.pid, 0); // the number is still taken
    shell.kill();
  });

  it("is unknown from another boot, another container or another machine, whatever its number says here", async () => {
    const here = { host: "here", boot: "boot", space: "space" };
    const owner = { ...newOwner(), ...here, pid: await deadNumber() };
    expect(livenessOf(owner, here)).toBe("dead");
    expect(livenessOf(owner, { ...here, host: "renamed" })).toBe("dead");
    expect(livenessOf(owner, { ...here, boot: "another" })).toBe("unknown");
    expect(livenessOf(owner, { ...here, space: "another" })).toBe("unknown");
    expect(livenessOf({ ...owner, space: null }, { ...here, space: null })).toBe("unknown");
    const elder = { ...owner, boot: null, space: null };
    expect(livenessOf(elder, { host: "here", boot: null, space: null })).toBe("dead");
    expect(livenessOf(elder, { host: "there", boot: null, space: null })).toBe("unknown");
  });

  it("is unknown where the system does not tell when a process started", () => {
    expect(livenessOf({ ...newOwner(), started: null })).toBe("unknown");
  });

  it("is read from what was written of it, and from nothing else", () => {
    const owner = newOwner(herePlace());
    expect(parseOwner(JSON.stringify(owner))).toEqual(owner);
    expect(parseOwner(JSON.stringify({ ...owner, more: "x" }))).toEqual(owner);
    const text = JSON.stringify(owner);
    for (let length = 0; length < text.length; length++) expect(parseOwner(text.slice(0, length))).toBeNull();
    const fields = Object.keys(owner);
    fc.assert(
      fc.property(
        fc.constantFrom(...fields),
        fc.oneof(fc.array(fc.nat()), fc.boolean(), fc.constantFrom(0.5, -3, 0, {})),
        (field, other) => {
          expect(parseOwner(JSON.stringify({ ...owner, [field]: other }))).toBeNull();
        },
      ),
    );
  });

  it("is described without anything that a terminal would obey", () => {
    const owner = { ...newOwner(), host: "\u001b[2Jhost", since: "\u202e2026" };
    expect(describeOwner(owner)).toBe(`process ${process.pid} on \\u{1b}[2Jhost since \\u{202e}2026`);
    expect(describeOwner(null)).toBe("another run");
  });
});
