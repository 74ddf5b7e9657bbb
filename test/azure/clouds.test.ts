import { describe, expect, it } from "vitest";
import { cloudOf, cloudOfHost, clouds } from "../../src/azure/clouds.js";

const env = {};

describe("cloudOf", () => {
  it("is the public cloud where nothing says another", () => {
    expect(cloudOf({ env })).toEqual(clouds.public);
    expect(cloudOf({ env, endpoints: ["exports/", "https://127.0.0.1:1/devstoreaccount1"] })).toEqual(clouds.public);
  });

  it.each([
    ["https://acme.blob.core.windows.net/c", "public"],
    ["https://acme.z01.blob.storage.azure.net/c", "public"],
    ["https://acme.blob.core.usgovcloudapi.net/c", "usgovernment"],
    ["https://r-1.usgovvirginia-1.ingest.monitor.azure.us", "usgovernment"],
    ["https://acme.blob.core.chinacloudapi.cn", "china"],
    ["sb://ns.servicebus.chinacloudapi.cn/hub", "china"],
  ])("reads it off %s", (endpoint, name) => {
    expect(cloudOf({ env, endpoints: [endpoint] }).name).toBe(name);
  });

  it("takes it from --cloud and from AZURE_AUTHORITY_HOST", () => {
    expect(cloudOf({ env, cloud: "china" }).authorityHost).toBe("https://login.chinacloudapi.cn");
    const government = { AZURE_AUTHORITY_HOST: "https://login.microsoftonline.us/" };
    expect(cloudOf({ env: government }).monitorAudience).toBe("https://monitor.azure.us");
    expect(cloudOf({ env: { AZURE_AUTHORITY_HOST: "login.partner.microsoftonline.cn" } }).name).toBe("china");
  });

  it("takes an authority of no known cloud as it is, beside the suffixes of the cloud", () => {
    const own = { AZURE_AUTHORITY_HOST: "https://login.corp.example:8443" };
    expect(cloudOf({ env: own, cloud: "usgovernment" })).toEqual({
      ...clouds.usgovernment,
      authorityHost: "https://login.corp.example:8443",
    });
  });

  it.each([
    [{ cloud: "public", endpoints: ["https://a.blob.core.chinacloudapi.cn"] }, "--cloud public"],
    [
      { endpoints: ["https://a.blob.core.windows.net", "https://r.ingest.monitor.azure.us"] },
      "r.ingest.monitor.azure.us",
    ],
    [{ cloud: "china", env: { AZURE_AUTHORITY_HOST: "https://login.microsoftonline.com" } }, "AZURE_AUTHORITY_HOST"],
  ])("refuses what contradicts itself: %j", (options, who) => {
    expect(() => cloudOf({ env, ...options })).toThrow(who);
  });

  it("refuses unknown clouds and an authority without TLS or with more than a host", () => {
    expect(() => cloudOf({ env, cloud: "mars" })).toThrow('expected one of public, usgovernment, china, got "mars"');
    for (const host of [
      "http://login.microsoftonline.com",
      "https://user:secret@login.x",
      "https://x/path",
      "https://",
    ])
      expect(() => cloudOf({ env: { AZURE_AUTHORITY_HOST: host } })).toThrow(/^AZURE_AUTHORITY_HOST: expected/);
  });
});

describe("cloudOfHost", () => {
  it("knows no host that only looks like one of Azure's", () => {
    for (const host of [
      "blob.core.windows.net",
      "acme.blob.core.windows.net.evil.example",
      "xblob.core.windows.net",
      "localhost",
    ])
      expect(cloudOfHost(host), host).toBeUndefined();
  });
});
