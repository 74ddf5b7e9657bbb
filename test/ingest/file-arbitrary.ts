import fc from "fast-check";
import { event, line } from "./helpers.js";

const bytesOf = (...parts: (string | number[])[]) =>
  Buffer.concat(parts.map((part) => (typeof part === "string" ? Buffer.from(part) : Uint8Array.from(part))));

const user = fc.constantFrom("ann", "zoë", "李", "😀", "x".repeat(300));

/** A line of a kind that readers must agree on, with its line feed. */
const anyLine = fc.oneof(
  { weight: 4, arbitrary: user.map((Account) => bytesOf(line({ Account }))) },
  { weight: 1, arbitrary: fc.array(user, { maxLength: 4 }).map((users) => envelope(users)) },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      bytesOf("\n"),
      bytesOf(" \r\n"),
      bytesOf(line().replace("\n", "\r\n")),
      bytesOf(line({ EventID: 1 })),
      bytesOf(line({ Account: null })),
      bytesOf("no JSON\n"),
      bytesOf('{"a":\n'),
      bytesOf("[1]\n"),
      bytesOf('{"records":[{},1]}\n'),
      bytesOf('{"a":"', [0xc3, 0x28], '"}\n'),
      bytesOf([0xef, 0xbb, 0xbf], "{}\n"),
      bytesOf(`{"a":"${"y".repeat(2000)}"}\n`),
    ),
  },
);

function envelope(users: readonly string[]): Buffer {
  return bytesOf(`${JSON.stringify({ records: users.map((Account) => event({ Account })) })}\n`);
}

/** A file of such lines, with or without a byte order mark, cut off anywhere or not. */
export const fileBytes = fc
  .tuple(fc.boolean(), fc.array(anyLine, { maxLength: 25 }), fc.option(fc.nat(400)))
  .map(([marked, lines, cut]) => {
    const bytes = Buffer.concat([bytesOf(marked ? "\ufeff" : ""), ...lines]);
    return cut === null ? bytes : bytes.subarray(0, Math.max(0, bytes.length - cut));
  });
