import { describe, expect, it } from "vitest";
import { connectionStringFor, hubName, isHubAddress, parseHubAddress } from "../../src/azure/hub-address.js";

const errorOf = (run: () => unknown): Error => {
  try {
    run();
  } catch (error) {
    return error as Error;
  }
  throw new Error("expected an error, got none");
};

describe("the address of an event hub", () => {
  const publicHost = "contoso.servicebus.windows.net";
  it.each([
    ["eventhub://contoso/am-securityevent", publicHost, "am-securityevent", "$Default"],
    ["eventhub://contoso/SecurityEvent", publicHost, "am-securityevent", "$Default"],
    ["eventhub://contoso/MyLogs_CL", publicHost, "am-mylogs_cl", "$Default"],
    ["eventhub://contoso/mylogs/", publicHost, "mylogs", "$Default"],
    ["EVENTHUB://Contoso/am-SecurityEvent", publicHost, "am-SecurityEvent", "$Default"],
    ["eventhub://contoso/logs?consumerGroup=byoml", publicHost, "logs", "byoml"],
    ["eventhub://contoso/logs?consumerGroup=%24Default", publicHost, "logs", "$Default"],
    ["sb://contoso.servicebus.chinacloudapi.cn/logs", "contoso.servicebus.chinacloudapi.cn", "logs", "$Default"],
    ["sb://contoso.servicebus.usgovcloudapi.net/logs", "contoso.servicebus.usgovcloudapi.net", "logs", "$Default"],
    ["eventhub://localhost:5672/logs", "localhost:5672", "logs", "$Default"],
  ])("%s is read", (text, host, hub, consumerGroup) => {
    expect(isHubAddress(text)).toBe(true);
    expect(parseHubAddress(text)).toEqual({ host, hub, consumerGroup });
  });

  it("takes the suffix of a cloud", () => {
    const { host } = parseHubAddress("eventhub://contoso/logs", { suffix: "servicebus.usgovcloudapi.net" });
    expect(host).toBe("contoso.servicebus.usgovcloudapi.net");
  });

  it("has one name, however it is written", () => {
    const names = [
      "eventhub://Contoso/AM-Logs",
      "sb://contoso.servicebus.windows.net/am-logs/",
      "eventhub://contoso/Logs",
    ];
    expect(new Set(names.map((text) => hubName(parseHubAddress(text)))).size).toBe(1);
  });

  it.each([
    "eventhub://contoso",
    "eventhub://contoso/",
    "eventhub:///logs",
    "eventhub://contoso/logs/0",
    "eventhub://con toso/logs",
    "eventhub://contoso/logs?group=byoml",
    "eventhub://contoso/logs?consumerGroup=",
    "eventhub://contoso/logs?consumerGroup=a/b",
    "eventhub://contoso/logs#x",
    "https://contoso.servicebus.windows.net/logs",
    "eventhub://contoso/\u001b[31m",
  ])("%j is refused", (text) => {
    const error = errorOf(() => parseHubAddress(text));
    expect(error).toMatchObject({ name: "OptionError", kind: "usage" });
    expect(error.message).not.toMatch(/\p{Cc}/u);
  });

  it.each([
    "eventhub://contoso/logs?SharedAccessKey=planted",
    "eventhub://user:planted@contoso/logs",
    "eventhub://contoso/logs?sig=planted\nplanted",
    "eventhub://contoso/logs#planted",
  ])("%j is refused without its secret", (text) => {
    expect(errorOf(() => parseHubAddress(text)).message).not.toContain("planted");
  });
});

describe("the connection string of the environment", () => {
  const address = parseHubAddress("eventhub://contoso/am-logs");
  const endpoint = "Endpoint=sb://contoso.servicebus.windows.net/";
  const key = "SharedAccessKeyName=reader;SharedAccessKey=cGxhbnRlZA==";
  const of = (text: string | undefined) => connectionStringFor(address, { AZURE_EVENTHUB_CONNECTION_STRING: text });

  it.each([
    `${endpoint};${key}`,
    `${endpoint};${key};EntityPath=AM-Logs`,
    `endpoint = sb://Contoso.servicebus.windows.net ; ${key};`,
    `${endpoint};SharedAccessSignature=SharedAccessSignature sr=x&sig=y`,
  ])("fits: %s", (text) => expect(of(text)).toBe(text));

  it.each([undefined, "", "  "])("may be missing: %j", (text) => expect(of(text)).toBeUndefined());

  it.each([
    ["has no Endpoint", key],
    ["needs SharedAccessKeyName", endpoint],
    ["needs SharedAccessKeyName", `${endpoint};SharedAccessKey=cGxhbnRlZA==`],
    ["needs SharedAccessKeyName", `${endpoint};${key};SharedAccessSignature=cGxhbnRlZA==`],
    ["is of other.servicebus.windows.net", `Endpoint=sb://other.servicebus.windows.net/;${key}`],
    ["is of the hub other", `${endpoint};${key};EntityPath=other`],
    ["has no Endpoint", "cGxhbnRlZA=="],
  ])("%s is told without the key", (message, text) => {
    const error = errorOf(() => of(text));
    expect(error).toMatchObject({ kind: "usage", message: expect.stringContaining(message) });
    expect(JSON.stringify([error.message, error, error.cause])).not.toContain("cGxhbnRlZA");
  });
});
