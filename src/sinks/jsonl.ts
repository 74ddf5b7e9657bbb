import type { Encoder } from "./encoder.js";

const nothing = new Uint8Array(0);
const encoder = new TextEncoder();
const quote = (text: string) => JSON.stringify(text);

/** JSON lines. JSON has neither Infinity nor NaN: the score of a disconnected or unknown access is null, `reason` tells them apart. */
export function jsonLines(): Encoder {
  return {
    head: () => nothing,
    rows({ length, tenant, user, res, score, reason }) {
      let text = "";
      for (let i = 0; i < length; i++) {
        const finite = Number.isFinite(score[i]) ? score[i] : null;
        text += `{"tenant":${quote(tenant[i])},"user":${quote(user[i])},"res":${quote(res[i])},"anomaly_score":${finite},"reason":"${reason[i]}"}\n`;
      }
      return encoder.encode(text);
    },
    end: () => nothing,
  };
}
