import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { readScript } from "../../src/report/script.js";

const folder = mkdtempSync(join(tmpdir(), "byoml-script-"));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (text: string) => {
  const path = join(folder, "browser.js");
  writeFileSync(path, text);
  return pathToFileURL(path);
};

describe("the chart script", () => {
  it("that was not built is an error that says how to build it", () => {
    const missing = pathToFileURL(join(folder, "missing.js"));
    expect(() => readScript(missing)).toThrow(
      expect.objectContaining({
        kind: "internal",
        hint: expect.stringContaining("npm run build"),
        message: expect.stringContaining("missing.js"),
      }),
    );
  });

  it.each(["a('</SCRIPT>')", "a('<!--')", "a('<script')"])(
    "that would end or hide an inline script is refused: %s",
    (text) => {
      expect(() => readScript(file(text))).toThrow(/cannot stand inline/);
    },
  );

  it("has the line ends that a browser hashes", () => {
    expect(readScript(file("a;\r\nb;\rc;\n"))).toBe("a;\nb;\nc;\n");
  });

  it("keeps the licences of what is bundled", () => {
    const script = readScript();
    const notices = [
      "Copyright 2017-2026 The Apache Software Foundation",
      "Copyright (c) 2017, Baidu Inc.",
      "Copyright 2010-2016 Mike Bostock",
      "Redistributions in binary form must reproduce",
      "Copyright (c) Microsoft Corporation",
    ];
    expect(notices.filter((notice) => !script.includes(notice))).toEqual([]);
  });
});
