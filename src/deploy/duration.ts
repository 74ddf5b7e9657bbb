import { OptionError } from "../base/errors.js";

const units: Readonly<Record<string, number>> = { m: 1, h: 60, d: 1440 };

/** Text such as 30m, 5h or 2d to minutes. */
export function minutesOf(option: string, text: string): number {
  const [, amount, unit] = /^\s*(\d{1,6})\s*([mhd])\s*$/.exec(text) ?? [];
  if (unit === undefined) throw new OptionError(option, "a duration such as 30m, 5h or 2d", text);
  return Number(amount) * units[unit];
}

/** Minutes as the shortest text that minutesOf reads, and YAML of Sentinel too. */
export function shortOf(minutes: number): string {
  for (const [unit, size] of Object.entries(units).reverse())
    if (minutes >= size && minutes % size === 0) return `${minutes / size}${unit}`;
  return `${minutes}m`;
}

/** Minutes as a duration of ISO 8601, as ARM takes them. */
export function isoOf(minutes: number): string {
  if (minutes === 0) return "PT0M";
  const part = (amount: number, unit: string) => (amount === 0 ? "" : `${amount}${unit}`);
  const time = part(Math.floor((minutes % 1440) / 60), "H") + part(minutes % 60, "M");
  return `P${part(Math.floor(minutes / 1440), "D")}${time === "" ? "" : `T${time}`}`;
}

/** Intervals that cron can say: divisors of an hour or a day. */
export const intervals: readonly number[] = [5, 10, 15, 20, 30, 60, 120, 180, 240, 360, 480, 720, 1440];

/** The five fields of cron: minute, hour, day, month, day of the week. */
export function cronOf(interval: number): string {
  if (interval < 60) return `*/${interval} * * * *`;
  if (interval === 60) return "0 * * * *";
  return interval === 1440 ? "0 0 * * *" : `0 */${interval / 60} * * *`;
}
