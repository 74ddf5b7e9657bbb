import { inert } from "../base/text.js";
import type { UnusualAccess } from "./data.js";
import { day, number, plainName } from "./format.js";

/** What an explanation is made from: one access and what the model expected instead. */
export type Explainable = Omit<UnusualAccess, "tenant" | "score">;

/** A sentence in pieces: plain words, and names that whoever shows it must make inert. */
export type Sentence = readonly (string | { readonly name: string })[];

/** More than three expected names make a sentence that nobody reads. */
const MOST_NAMES = 3;

/**
 * One sentence that says why an access is unusual (or why nothing can be said) and what would have been usual.
 *
 * @returns pieces in the order of reading, with the names as they are; `explain` gives the sentence as text
 */
export function explanation(access: Explainable): Sentence {
  const sentence = [...clauses(access), ...seen(access), "."];
  const first = sentence[0];
  return typeof first === "string" ? [first[0]!.toUpperCase() + first.slice(1), ...sentence.slice(1)] : sentence;
}

/** `explanation` as text for a terminal: names cannot act on it and are cut to `maxName` characters. */
export function explain(access: Explainable, maxName = 60): string {
  return explanation(access)
    .map((piece) => (typeof piece === "string" ? inert(piece) : plainName(piece.name, maxName)))
    .join("");
}

function clauses(access: Explainable): Sentence {
  const user = { name: access.user };
  const res = { name: access.res };
  const uses = listed(access.expectedResources, access.res);
  const users = listed(access.expectedUsers, access.user);
  const userUses: Sentence = uses.length > 0 ? [user, " is expected to use ", ...uses] : [];
  const resIsUsed: Sentence = users.length > 0 ? [res, " is expected of ", ...users] : [];
  switch (access.reason) {
    case "scored":
      if (uses.length > 0 && users.length > 0) return [...userUses, "; ", ...resIsUsed];
      if (uses.length > 0) return [...userUses, " rather than ", res];
      if (users.length > 0) return [...resIsUsed, " rather than of ", user];
      return ["the model does not expect ", user, " to use ", res];
    case "disconnected":
      return ["no chain of shared accesses connects ", user, " with ", res, ...also(userUses), ...also(resIsUsed)];
    case "seen":
      return [user, " is known to use ", res, " from the history of accesses"];
    case "unknown-user":
      return ["the model has never seen the user ", user, ...also(resIsUsed)];
    case "unknown-resource":
      return ["the model has never seen the resource ", res, ...also(userUses)];
    case "unknown-both":
      return ["the model has seen neither the user ", user, " nor the resource ", res];
  }
}

const also = (clause: Sentence): Sentence => (clause.length > 0 ? ["; ", ...clause] : []);

/** The first few names, without the one that the access itself is about. */
function listed(names: readonly string[], without: string): Sentence {
  const chosen = names.filter((name) => name !== without).slice(0, MOST_NAMES);
  return chosen.flatMap((name, i) => (i === 0 ? [{ name }] : [i === chosen.length - 1 ? " and " : ", ", { name }]));
}

function seen({ count, firstDay, lastDay }: Explainable): Sentence {
  const when = firstDay ?? lastDay;
  const between = firstDay !== null && lastDay !== null && firstDay !== lastDay;
  const on = between ? ` between ${day(firstDay)} and ${day(lastDay)}` : when === null ? "" : ` on ${day(when)}`;
  if (!Number.isInteger(count)) return [`; seen with a weight of ${number(count)}${on}`];
  if (count < 1) return when === null ? [] : [`; seen${on}`];
  return [`; seen ${count === 1 ? "once" : count === 2 ? "twice" : `${number(count)} times`}${on}`];
}
