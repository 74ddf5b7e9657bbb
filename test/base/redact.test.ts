import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { redact } from "../../src/base/redact.js";

const base64url = fc.stringMatching(/^[A-Za-z0-9_-]{20,60}$/);
const accountKey = fc
  .uint8Array({ minLength: 64, maxLength: 64 })
  .map((bytes) => Buffer.from(bytes).toString("base64"));
/** Text around a secret that is none. */
const around = fc.constantFrom("", " ", '"', "x: ", "error (", "https://a.b/c?", "\n", "&", ";");

describe("redact", () => {
  it("leaves what holds no secret as it is", () => {
    for (const text of [
      "listing the container am-securityevent failed (403, AuthorizationFailure)",
      "exports/WorkspaceResourceId=/subscriptions/1/y=2024/m=05/d=13/h=17/m=05/PT05M.json: line 812",
      "--auth workload: AZURE_CLIENT_ID, AZURE_TENANT_ID are not set",
      "sha512-abc, signature, sign=1, design=2, passwords are elsewhere",
    ])
      expect(redact(text)).toBe(text);
  });

  it.each<[string, fc.Arbitrary<{ text: string; secret: string }>]>([
    ["bearer tokens", base64url.map((secret) => ({ text: `Authorization: Bearer ${secret}`, secret }))],
    [
      "JSON web tokens",
      fc
        .tuple(base64url, base64url)
        .map(([claims, secret]) => ({ text: `eyJhbGciOiJub25lIn0.${claims}.${secret}`, secret })),
    ],
    ["signatures", base64url.map((secret) => ({ text: `https://a.blob/c?sv=1&sig=${secret}%3D&se=2`, secret }))],
    [
      "signatures in an encoded address",
      base64url.map((secret) => ({ text: `url=https%3A%2F%2Fa%3Fsig%3D${secret}`, secret })),
    ],
    ["account keys", accountKey.map((secret) => ({ text: secret, secret }))],
    [
      "keys in connection strings",
      accountKey.map((secret) => ({ text: `AccountName=a;AccountKey=${secret};X=y`, secret })),
    ],
    [
      "keys of event hubs",
      base64url.map((secret) => ({ text: `SharedAccessKeyName=n;SharedAccessKey=${secret}=`, secret })),
    ],
    [
      "secrets of applications",
      base64url.map((secret) => ({ text: `grant_type=x&client_secret=${secret}&a=b`, secret })),
    ],
    [
      "secrets by the name of their variable",
      base64url.map((secret) => ({ text: `AZURE_CLIENT_SECRET=${secret}`, secret })),
    ],
    [
      "keys as JSON",
      fc
        .tuple(fc.constantFrom("AccountKey", "SharedAccessKey", "AZURE_CLIENT_SECRET"), base64url)
        .map(([name, secret]) => ({ text: `{"${name}": "${secret}"}`, secret })),
    ],
    [
      "tokens in answers",
      base64url.map((secret) => ({ text: `{"token_type":"x","access_token":"${secret}"}`, secret })),
    ],
  ])("takes %s out wherever they stand", (_, secrets) => {
    fc.assert(
      fc.property(around, secrets, around, (before, { text, secret }, after) => {
        expect(redact(`${before}${text}${after}`)).not.toContain(secret);
      }),
    );
  });

  it("leaves JSON as JSON", () => {
    fc.assert(
      fc.property(
        fc.dictionary(
          fc.string(),
          fc.oneof(
            fc.string(),
            base64url.map((key) => `sig=${key}`),
            accountKey,
          ),
        ),
        (value) => {
          const parsed = JSON.parse(redact(JSON.stringify(value)));
          expect(Object.keys(parsed)).toHaveLength(Object.keys(value).length);
        },
      ),
    );
  });
});
