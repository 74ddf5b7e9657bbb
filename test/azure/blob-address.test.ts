import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isBlobAddress, parseBlobAddress } from "../../src/azure/blob-address.js";
import { OptionError } from "../../src/base/errors.js";

const of = (account: string, container: string, prefix = "", suffix = "core.windows.net") => ({
  endpoint: `https://${account}.blob.${suffix}`,
  ...{ account, container, prefix },
});

function refusal(text: string): OptionError {
  try {
    parseBlobAddress(text, { option: "--out" });
  } catch (error) {
    expect(error).toBeInstanceOf(OptionError);
    return error as OptionError;
  }
  throw new Error(`${text} was taken`);
}

describe("an address of blobs", () => {
  it.each([
    ["https://acme.blob.core.windows.net/logs", of("acme", "logs")],
    ["https://acme.blob.core.windows.net/logs/", of("acme", "logs")],
    ["https://ACME.blob.core.windows.net/Logs/a/b.json", of("acme", "logs", "a/b.json")],
    ["https://acme.blob.core.windows.net/logs/a%20b%3F%25%23/", of("acme", "logs", "a b?%#/")],
    ["https://acme.blob.core.windows.net/logs/日本", of("acme", "logs", "日本")],
    ["https://acme.blob.core.usgovcloudapi.net/logs", of("acme", "logs", "", "core.usgovcloudapi.net")],
    ["https://acme.blob.core.chinacloudapi.cn/logs", of("acme", "logs", "", "core.chinacloudapi.cn")],
    [
      "https://acme.z01.blob.storage.azure.net/logs",
      { ...of("acme", "logs"), endpoint: "https://acme.z01.blob.storage.azure.net" },
    ],
    ["https://acme.blob.core.windows.net/$root/x.csv", of("acme", "$root", "x.csv")],
    ["az://acme/am-securityevent", of("acme", "am-securityevent")],
    ["az://acme/SecurityEvent", of("acme", "am-securityevent")],
    ["az://acme/AM-SecurityEvent/y", of("acme", "am-securityevent", "y")],
    ["AZ://acme/logs/100% a.json", of("acme", "logs", "100% a.json")],
  ])("is read: %s", (text, address) => {
    expect(isBlobAddress(text)).toBe(true);
    expect(parseBlobAddress(text)).toEqual(address);
  });

  it.each(["http://127.0.0.1:10000", "http://localhost:10000", "https://127.0.0.1:10000", "http://[::1]:10000"])(
    "has the account in its path on this machine: %s",
    (origin) => {
      expect(parseBlobAddress(`${origin}/devstoreaccount1/logs/a/b`)).toEqual({
        ...{ endpoint: `${origin}/devstoreaccount1`, account: "devstoreaccount1", container: "logs", prefix: "a/b" },
      });
    },
  );

  it("is short in any cloud", () => {
    const suffix = "core.usgovcloudapi.net";
    expect(parseBlobAddress("az://acme/logs", { suffix })).toEqual(of("acme", "logs", "", suffix));
  });

  it.each([
    [
      "https://acme.blob.core.windows.net/logs?sv=2024&sig=c2VjcmV0",
      "--out: expected an address without a signature (SAS)",
    ],
    ["az://acme/logs?sig=c2VjcmV0", "--out: expected an address without a signature (SAS)"],
    ["https://me:c2VjcmV0@acme.blob.core.windows.net/logs", "--out: expected an address without a user or password"],
    ["https://acme.blob.core.windows.net/logs#c2VjcmV0", "--out: expected an address without ? or #"],
    ["ftp://x:c2VjcmV0@x/y?a&sig=c2VjcmV0", 'got "ftp://…"'],
  ])("holds no secret, and no message repeats one: %s", (text, message) => {
    const error = refusal(text);
    expect(error.message).toContain(message);
    expect(`${error.message} ${error.hint}`).not.toContain("c2VjcmV0");
  });

  it.each([
    ["http://acme.blob.core.windows.net/logs", "http:// is for this machine alone"],
    ["https://evil.example/logs", "ACCOUNT.blob.core.windows.net"],
    ["https://acme.blob.core.windows.net.evil.example/logs", "ACCOUNT.blob.core.windows.net"],
    ["https://acme.dfs.core.windows.net/logs", "ACCOUNT.blob.core.windows.net"],
    ["https://blob.core.windows.net/logs", "ACCOUNT.blob.core.windows.net"],
    ["https://acme.blob.core.windows.net", "a container"],
    ["https://acme.blob.core.windows.net/a", "a container"],
    ["https://acme.blob.core.windows.net/a--b", "a container"],
    ["https://acme.blob.core.windows.net/logs/%ZZ", "% is written as %25"],
    ["https://acme.blob.core.windows.net/logs/a%2F..%2Fb", "without . and .."],
    ["az://acme", "a container"],
    ["az://acme/My_Table", "a container"],
    ["az:///logs", "a storage account"],
    ["az://acme.blob.core.windows.net/logs", "a storage account"],
    ["az://acme/logs/../x", "without . and .."],
    ["http://127.0.0.1:10000/devstoreaccount1", "a container"],
  ])("is refused with what was expected: %s", (text, message) => {
    expect(refusal(text).message).toContain(message);
  });

  it.each([
    ["htps://acme.blob.core.windows.net/logs", "Did you mean https://?"],
    ["azz://acme/logs", "Did you mean az://?"],
    ["eventhubs://acme/SecurityEvent", "Did you mean eventhub://?"],
    ["eventhub://acme/SecurityEvent", "inputs of run, watch and doctor --azure alone"],
    ["s3://bucket/x", "not read"],
    ["abfss://logs@acme.dfs.core.windows.net/x", "az://ACCOUNT/CONTAINER/PREFIX"],
    ["file:///exports", "by their path"],
    ["https://acme.dfs.core.windows.net/logs", ".blob. instead of .dfs."],
    ["https://acme.servicebus.windows.net/am-securityevent", "eventhub://NAMESPACE/HUB"],
    ["https://acme.blob.example/logs", "Known clouds are"],
  ])("that is of something else is refused with what was meant: %s", (text, hint) => {
    const error = refusal(text);
    expect(error.message).toMatch(/^--out: expected https:\/\/ACCOUNT.* or az:\/\//);
    expect(error.hint).toContain(hint);
  });

  it("of no known scheme is refused without a guess", () => {
    expect(refusal("gopher://x/y").hint).toBeUndefined();
  });

  it.each(["exports", "./az", "C:\\exports", "/a/b.json", "-", "a:b"])("is no path: %s", (text) => {
    expect(isBlobAddress(text)).toBe(false);
  });

  it("gives an address or an OptionError, and never sends a key to a host that is none of Azure's", () => {
    const part = fc.oneof(
      fc.constantFrom("acme", ".blob.", "core.windows.net", "/", "@", ":", "%", "..", "\\", "#"),
      fc.string(),
    );
    fc.assert(
      fc.property(
        fc.constantFrom("https://", "http://", "az://"),
        fc.array(part, { maxLength: 8 }),
        (scheme, parts) => {
          try {
            const { endpoint, account } = parseBlobAddress(scheme + parts.join(""));
            const { hostname, protocol } = new URL(endpoint);
            expect(hostname.startsWith(`${account}.`) && /\.blob\.(.*\.)?core\.windows\.net$/.test(hostname)).toBe(
              true,
            );
            expect(protocol).toBe("https:");
          } catch (error) {
            if (!(error instanceof OptionError)) throw error;
          }
        },
      ),
      { numRuns: 2000 },
    );
  });
});
