import type { AccessToken, GetTokenOptions, TokenCredential } from "@azure/identity";

/** A credential whose tokens no one but the stand-in takes; each is another. */
export class TestCredential implements TokenCredential {
  /** What was asked for: the scope, and the claims of a challenge. */
  readonly asked: { scopes: string | string[]; claims: string | undefined }[] = [];
  /** All tokens that were given out. */
  readonly tokens: string[] = [];
  readonly #lifeInMs: number;

  constructor({ lifeInMs = 3_600_000 } = {}) {
    this.#lifeInMs = lifeInMs;
  }

  async getToken(scopes: string | string[], options?: GetTokenOptions): Promise<AccessToken> {
    this.asked.push({ scopes, claims: options?.claims });
    const scope = Array.isArray(scopes) ? scopes[0] : scopes;
    const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const audience = scope.replace(/\/\.default$/, "");
    const token = [part({ alg: "none" }), part({ aud: audience, jti: this.tokens.length }), "secret"].join(".");
    this.tokens.push(token);
    return { token, expiresOnTimestamp: Date.now() + this.#lifeInMs };
  }
}
