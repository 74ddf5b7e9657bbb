import { describe, expect, it } from "vitest";
import { diskError } from "../../src/base/disk-error.js";

describe("a failed operation on the disk", () => {
  it.each([
    ["EACCES", "auth"],
    ["EPERM", "auth"],
    ["EROFS", "auth"],
    ["ENOSPC", "internal"],
    ["EIO", "internal"],
  ])("%s is of kind %s", (code, kind) => {
    expect(diskError("cannot write x", Object.assign(new Error(code), { code }))).toMatchObject({ kind });
  });
});
