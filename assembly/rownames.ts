/*
 * Names of rows: the first of some sources that a row has, with the domain before it where there is one, as `DOMAIN\name`.
 *
 *   sources   u32[1 + 3 n]   [n, (field, field of a domain or 0, whether only text is a name) …]
 */
import { NULL, OBJECT, TEXT } from "./jsonfields";
import { ASK, ASK_TEXT, addressOfText, cellAt, kindAt, lengthOfText, makeRoom, textAt } from "./rowvalues";

/** No name, since a value stands where one should and is none. */
export const BAD_NAME: u64 = 2;

/** The first name that a row has; no bytes where it has none, ASK_TEXT where the host must look. In the buffer or in the input. */
export function nameOf(buffer: usize, sources: usize, row: usize, heap: usize): u64 {
  const end = sources + 4 + <usize>load<u32>(sources) * 12;
  let none: u64 = 0;
  for (let source = sources + 4; source < end; source += 12) {
    const cell = cellAt(row, <usize>load<u32>(source));
    if (cell == ASK) return ASK_TEXT;
    const kind = kindAt(cell);
    if (kind == 0 || kind == NULL) continue;
    if (kind >= OBJECT || (kind != TEXT && load<u32>(source, 8) != 0)) {
      none = BAD_NAME;
      continue;
    }
    let name = textAt(cell, buffer, 0, heap);
    if (name == ASK_TEXT) return ASK_TEXT;
    if (lengthOfText(name) == 0) continue;
    const domainField = <usize>load<u32>(source, 4);
    if (domainField == 0) return name;
    const domainCell = cellAt(row, domainField);
    if (domainCell == ASK) return ASK_TEXT;
    const domain = textAt(domainCell, buffer, 0, heap);
    if (domain == ASK_TEXT) return ASK_TEXT;
    const before = lengthOfText(domain) + 1;
    if (before == 1) return textAt(cell, buffer, 0, heap);
    if (!makeRoom(buffer, before, before - 1, heap)) return ASK_TEXT;
    const start = <usize>load<u32>(buffer);
    if (addressOfText(domain) != start) memory.copy(start, addressOfText(domain), before - 1);
    name = textAt(cell, buffer, before, heap);
    if (name == ASK_TEXT || !makeRoom(buffer, before + lengthOfText(name), before, heap)) return ASK_TEXT;
    const at = <usize>load<u32>(buffer);
    store<u8>(at + <usize>before - 1, 0x5c);
    memory.copy(at + <usize>before, addressOfText(name), lengthOfText(name));
    return <u64>at | ((<u64>(before + lengthOfText(name))) << 32);
  }
  return none;
}
