import { describe, expect, it } from "vitest";
import { Context } from "../../src/cli/context.js";
import { miniature } from "./miniature.js";
import { terminal } from "./terminal.js";

describe("a warning", () => {
  it("is a line, inert and without secrets", async () => {
    const io = terminal();
    await new Context(io, miniature().engine, false).warn("a\nb \u001b[31m https://x/c?sv=1&sig=plantedSignature");
    expect(io.stderr.text).toBe("warning: a\\u{a}b \\u{1b}[31m https://x/c?sv=1&sig=[redacted]\n");
  });
});
