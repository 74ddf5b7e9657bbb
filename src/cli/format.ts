/* Numbers as a person reads them: decimal units, commas between thousands, the same on every machine. */

/** 1234567 as `1,234,567`. */
export function count(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ","); // toLocaleString would load the data of all languages
}

/** `1 user`, `2 users`. */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

const units = ["B", "kB", "MB", "GB", "TB", "PB"];

/** 1530000 as `1.5 MB`. */
export function size(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 || value >= 99.5 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

/** 75000 as `1 min 15 s`. */
export function duration(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  return minutes < 60 ? `${minutes} min ${whole % 60} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** What training makes small, to six digits: 243556.6 as `243557`, 1234567.8 as `1.23457e+6`. */
export function objective(value: number): string {
  return value.toPrecision(6);
}

/** A score with two decimals; one without a number by its name. */
export function score(value: number | null): string {
  if (value === null || Number.isNaN(value)) return "unknown";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "-∞";
  return value.toFixed(2);
}
