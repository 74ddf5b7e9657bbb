/*
 * Places in JSON text, for what JSON.parse does not tell.
 */

/**
 * How a number is written.
 *
 * @param json  valid; an object
 * @param path  leads to the number, through objects; one name or more
 */
export function literalAt(json: string, path: readonly string[]): string {
  let place = { start: 0, end: json.length };
  for (const name of path) place = lastMember(json, place.start, name);
  return json.slice(place.start, place.end).trim();
}

/** Where the value of a name is in the object at `at`: the last one, if there are several. */
function lastMember(json: string, at: number, name: string): { start: number; end: number } {
  let place = { start: 0, end: 0 };
  let depth = 0;
  let start = 0;
  let isKey = false;
  let isWanted = false;
  while (true) {
    const letter = json[at];
    if (letter === '"') {
      const end = endOfString(json, at);
      if (isKey) isWanted = JSON.parse(json.slice(at, end)) === name;
      isKey = false;
      at = end;
      continue;
    }
    if (letter === "}" || letter === "]") depth--;
    const ends = (letter === "," && depth === 1) || depth === 0;
    if (ends && isWanted) place = { start, end: at };
    if (letter === "{" || letter === "[") depth++;
    else if (depth === 0 && letter === "}") return place;
    if (letter === ":" && depth === 1) start = at + 1;
    if (depth === 1 && (letter === "{" || letter === ",")) {
      isKey = true;
      isWanted = false;
    }
    at++;
  }
}

/** @returns the place after the closing quote */
function endOfString(json: string, quote: number): number {
  let at = quote + 1;
  while (json[at] !== '"') at += json[at] === "\\" ? 2 : 1;
  return at + 1;
}
