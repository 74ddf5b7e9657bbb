/*
 * The folders of a data export of Log Analytics, and the times of the rows in them:
 *
 *   WorkspaceResourceId=/subscriptions/…/workspaces/NAME/y=2026/m=01/d=31/h=23/m=55/PT05M.json
 *
 * `m` is the month after the year and the minute after the hour. Rows are in the folder of their TimeGenerated, in UTC; a file is
 * of five minutes (PT05M.json, then PT05M_1.json …) or, in older exports, of an hour (PT1H.json).
 */

/** Milliseconds since 1970-01-01 UTC: from inclusive, to exclusive. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const pattern =
  /(?:^|\/)y=(\d{4})\/(?:m=(\d{2})\/(?:d=(\d{2})\/(?:h=(\d{2})\/(?:m=(\d{2})\/)?)?)?)?(PT05M(?:_\d+)?\.json$)?/;

/**
 * The times that a path of a folder or file stands for; null where it says nothing of them.
 *
 * @param path  names of folders, each with a slash behind it, and a file's perhaps
 */
export function spanOf(path: string): Span | null {
  const found = pattern.exec(path);
  if (found === null) return null;
  const [, y, m, d, h, minute, five] = found;
  const [year, month, day, hour] = [Number(y), Number(m ?? 1) - 1, Number(d ?? 1), Number(h ?? 0)];
  const from = Date.UTC(year, month, day, hour);
  if (h !== undefined) {
    if (minute === undefined || five === undefined) return { from, to: from + HOUR };
    const start = from + Number(minute) * MINUTE;
    return { from: start, to: start + 5 * MINUTE };
  }
  if (d !== undefined) return { from, to: from + DAY };
  return { from, to: m === undefined ? Date.UTC(year + 1, 0) : Date.UTC(year, month + 1) };
}

/** How much of a span a range of times takes. */
export function overlap({ from, to }: Span, { since, until }: { since?: number; until?: number }) {
  if ((since !== undefined && to <= since) || (until !== undefined && from >= until)) return "none";
  const starts = since === undefined || from >= since;
  return starts && (until === undefined || to <= until) ? "all" : "some";
}

/** Whether a folder is of a day or less: few enough files to list them all. */
export function isWithinDay(path: string): boolean {
  const span = spanOf(path);
  return span !== null && span.to - span.from <= DAY;
}
