import type { NeedleSet } from "../../src/wasm/needle-image.js";

/** Sets for each way in which the kernels search. */
export const needleSets: readonly NeedleSet[] = [
  // one pair of bytes
  { texts: ["needle"], escaped: "" },
  { texts: ["5140", "5145"], escaped: "" },
  // two, of which one is that of escapes
  { texts: ["5140", "5145"], escaped: "0145" },
  { texts: ["Acco"], escaped: "Aco\\u0123456789abcdefABCDEF" },
  // more
  { texts: ["5140", "5145", "ShareName", '"res"'], escaped: "0145ShareNmes" },
  { texts: Array.from({ length: 40 }, (_, i) => `${String.fromCharCode(65 + (i % 26))}${i}x`), escaped: "x" },
  { texts: ["xx", "sixteen letters!", "a thirty-two bytes long needle.."], escaped: "" },
  // what every line has
  { texts: [": ", '"a"'], escaped: "" },
];
