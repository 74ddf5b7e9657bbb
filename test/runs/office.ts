/*
 * Two departments that use shares of their own, as a log that grows; now and then someone opens a share of the other department.
 */
import { appendFileSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";

export interface Event {
  day: number;
  user: string;
  res: string;
}

const departments = ["sales", "legal"];

/** The ordinary events of a day: everyone uses most shares of the own department. */
export function ordinary(day: number): Event[] {
  const events: Event[] = [];
  for (const department of departments)
    for (let user = 0; user < 12; user++)
      for (let share = 0; share < 8; share++)
        if ((user * 7 + share * 3 + day) % 4 !== 0)
          events.push({ day, user: `${department}-${user}`, res: `${department}-share-${share}` });
  // One who works for both connects the departments.
  for (const department of departments) events.push({ day, user: "courier", res: `${department}-share-0` });
  return events;
}

/** Someone of sales at a share of legal. */
export function odd(day: number, user: number, share = 1): Event {
  return { day, user: `sales-${user}`, res: `legal-share-${share}` };
}

/** Events as lines of an export of SecurityEvent. */
export function lines(events: readonly Event[]): string {
  return events
    .map(({ day, user, res }, n) => {
      const TimeGenerated = new Date(day * 86_400_000 + (n % 1440) * 60_000).toISOString();
      return `${JSON.stringify({ TimeGenerated, EventID: 5140, Account: user, ShareName: res, TenantId: "t" })}\n`;
    })
    .join("");
}

/** Where an export of an hour of a day would write. */
export function exportPath(folder: string, day: number, hour = 0): string {
  const [y, m, d] = new Date(day * 86_400_000).toISOString().slice(0, 10).split("-");
  return join(folder, `y=${y}/m=${m}/d=${d}/h=${String(hour).padStart(2, "0")}/m=00/PT05M.json`);
}

export function append(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  appendFileSync(path, text);
}

/** What comes to a log bit by bit. */
export class Growth {
  #day: number;
  readonly #random: () => number;

  constructor(day: number, random: () => number) {
    this.#day = day;
    this.#random = random;
  }

  /** Some accesses more, of today or of a day before, at least one of which is odd; sometimes the day ends. */
  next(): Event[] {
    const pick = (below: number) => Math.floor(this.#random() * below);
    if (this.#random() < 0.3) this.#day++;
    const day = this.#day - (this.#random() < 0.3 ? pick(4) : 0);
    const some = ordinary(day).filter(() => this.#random() < 0.05);
    const odds = Array.from({ length: this.#random() < 0.5 ? 1 : 2 }, () => odd(day, pick(12), pick(8)));
    return [...some, ...odds];
  }
}
