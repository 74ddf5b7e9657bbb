/*
 * The users and shares of made-up exports: departments whose users access their own shares and some that all use, by the law of
 * ../law.mjs. A few names are not ASCII and a few are of machines, as in life. All are numbered, so that they are the same everywhere.
 */
import { block, drawPosition, layout } from "../law.mjs";

const USERS = 50_000;
const RESOURCES = 10_000;
/** The exponent of the power law of activity. */
const ACTIVITY = 0.7;

const { departments, shared, own, start } = layout({ users: USERS, resources: RESOURCES });
const common = block(shared);
const blocks = Array.from({ length: departments }, (_, department) => block(start(department + 1) - start(department)));

/** A user by activity: its number. */
export function drawUser(random) {
  return Math.floor(USERS * random.unit() ** (1 / (1 - ACTIVITY)));
}

/** A share that a user accesses: its number. */
export function drawShare(user, random) {
  const department = user % departments;
  const { size } = blocks[department];
  const position = drawPosition(random.unit(), blocks[department], common);
  return position < size ? start(department) + position : own + position - size;
}

/** `{ domain, name, machine, sid }` of a user. */
export function userOf(user) {
  const domain = `DEP${String(user % departments).padStart(2, "0")}`;
  const sid = `S-1-5-21-1004336348-1177238915-682003330-${1000 + user}`;
  const machine = user % 89 === 7;
  const name = machine ? `SRV-APP${user}$` : user % 97 === 5 ? `zo\u00eb.m\u00fcller${user}` : `jane.doe${user}`;
  return { domain, name, machine, sid };
}

/** The name of a share as Windows gives it, `\\*\NAME`. */
export function shareOf(share) {
  if (share >= own) return share === own ? "\\\\*\\IPC$" : `\\\\*\\common${share - own}`;
  return share % 83 === 2 ? `\\\\*\\Donn\u00e9es ${share}` : `\\\\*\\projects${share}`;
}
