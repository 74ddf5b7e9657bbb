import { inert } from "../base/text.js";
import { objectsName } from "./marker.js";
import type { RunRecord } from "./record.js";

/** What a cycle did, in a few lines for a person. */
export function recordText({
  cycle,
  run,
  outcome,
  attempts,
  read,
  train,
  model,
  score,
  delivery,
  notes,
}: RunRecord): string {
  const lines = [
    `cycle ${number(cycle)} (${run}): ${outcome.replaceAll("-", " ")}${attempts > 1 ? `, at attempt ${attempts}` : ""}`,
  ];
  if (read.sources === 0) lines.push("nothing new to read");
  else {
    const counted =
      read.report === null ? "" : `: ${number(read.report.counted)} of ${number(read.report.lines)} records counted`;
    lines.push(`read ${number(read.bytes)} new bytes of ${plural(read.sources, "source")}${counted}`);
  }
  if (read.overwritten > 0) lines.push(`overwritten, and read anew: ${plural(read.overwritten, "source")}`);
  if (read.deleted > 0) lines.push(`deleted: ${plural(read.deleted, "source")}`);
  for (const change of read.changes.slice(0, 3))
    lines.push(
      `  ${change.what}: ${inert(change.name, 200)}${change.unread > 0 ? `, of which ${number(change.unread)} bytes had not been read` : ""}`,
    );
  if (read.lost > 0) lines.push(`${plural(read.lost, "event")} had been removed by retention before they were read`);
  if (train !== null)
    lines.push(
      `trained ${train.warm ? "from the model before" : "from the start"} because ${train.why}: ${plural(train.users, "user")}, ${plural(train.resources, "resource")}, ${train.firstDay ?? "no day"} to ${train.lastDay ?? "no day"}`,
    );
  if (score !== null)
    lines.push(
      `scored ${number(score.accesses)} accesses: ${number(score.aboveThreshold)} unusual, ${number(score.deliveredBefore)} of them delivered before; ${number(score.unknown)} of users or resources that the model does not know`,
    );
  else if (model === null) lines.push("there is no model yet");
  if (delivery !== null) {
    const { total, sent, deadLettered, unsent, to, failure, deadLetters } = delivery;
    lines.push(
      `delivered to ${to}: ${number(sent)} sent, ${number(deadLettered)} dead-lettered, ${number(unsent)} unsent of ${number(total)}`,
    );
    if (deadLetters !== null) lines.push(`dead letters are in ${objectsName}/${deadLetters} of the state`);
    if (failure !== null) lines.push(`delivery stopped: ${inert(failure, 300)}`);
  }
  for (const note of notes) lines.push(`note: ${inert(note, 300)}`);
  return `${lines.join("\n  ")}\n`;
}

function plural(count: number, noun: string): string {
  return `${number(count)} ${noun}${count === 1 ? "" : "s"}`;
}

function number(value: number): string {
  return value.toLocaleString("en-US");
}
