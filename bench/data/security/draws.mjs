/* Random texts of events: hexadecimal numbers, GUIDs and addresses, from tables because a line has dozens of them. */

const words = Array.from({ length: 1 << 16 }, (_, word) => word.toString(16).padStart(4, "0"));

/** So many times four hexadecimal digits. */
export function hex(random, count) {
  let text = "";
  for (let n = 0; n < count; n++) text += words[random.integer(1 << 16)];
  return text;
}

export function guid(random) {
  return `${hex(random, 2)}-${hex(random, 1)}-${hex(random, 1)}-${hex(random, 1)}-${hex(random, 3)}`;
}

export function address(random) {
  return `10.${random.integer(256)}.${random.integer(256)}.${random.integer(256)}`;
}

export function port(random) {
  return String(random.between(1024, 65_535));
}

export function two(value) {
  return String(value).padStart(2, "0");
}
