/*
 * Sample accesses with a known answer: three departments whose users keep to the resources of their own department, and one
 * resource, `ffa`, that everyone uses. A detector that works finds accesses across departments more unusual than new accesses
 * within one. The departments, ratios and rules are those of SynapseML's sample data; the random numbers are our own.
 */
import { Random } from "../base/random.js";

/** One access of the sample. */
export interface SampleAccess {
  user: string;
  res: string;
  /** A whole number from 500 to 1000. */
  likelihood: number;
}

export interface SampleOptions {
  /** The same seed gives the same sample on every machine; 42 by default. */
  seed?: number;
  /** Whether there is the resource `ffa` that connects the departments; without it there are three components. Default true. */
  joint?: boolean;
}

export interface Sample {
  /** At least a quarter of each department's pairs, every user and every resource among them, and everyone's access to `ffa`. */
  training: SampleAccess[];
  /** Pairs within a department that are not in `training`, and everyone's access to `ffa`. */
  intra: SampleAccess[];
  /** Pairs of one department's users with another's resources, and everyone's access to `ffa`. */
  inter: SampleAccess[];
}

interface Department {
  users: string[];
  resources: string[];
  /** Part of all its pairs that `intra` has at least. */
  intraRatio: number;
  /** Part of all pairs with another department's resources that `inter` has at least. */
  interRatio: number;
}

const trainingRatio = 0.25;
const jointResource = "ffa";

const departments: readonly Department[] = [
  department("hr", 7, 30, 0.025, 0.025),
  department("fin", 5, 25, 0.05, 0.05),
  department("eng", 10, 50, 0.035, 0.035),
];

/** Makes the sample: a few hundred accesses for training, and two sets to score that it should tell apart. */
export function sampleAccesses({ seed = 42, joint = true }: SampleOptions = {}): Sample {
  const random = new Random(seed);
  const everyone = departments.flatMap(({ users }) => users);
  const shared = () => (joint ? everyone.map((user) => access(user, jointResource, random)) : []);

  const training = shared();
  for (const { users, resources } of departments)
    training.push(...draw(users, resources, trainingRatio, { random, coverUsers: true }));

  const known = new Set(training.map(keyOf));
  const intra = shared();
  for (const { users, resources, intraRatio } of departments)
    intra.push(...draw(users, resources, intraRatio, { random, except: known }));

  const inter = shared();
  for (const own of departments)
    for (const other of departments)
      if (own !== other) inter.push(...draw(own.users, other.resources, own.interRatio, { random }));

  return { training, intra, inter };
}

interface DrawOptions {
  random: Random;
  except?: ReadonlySet<string>;
  coverUsers?: boolean;
}

/**
 * Draws distinct pairs, all equally likely, until there are `ratio` of all pairs and every resource (and user, where asked) that
 * has a pair to draw is among them. The first pairs of a random order are what drawing and rejecting repeats would give.
 */
function draw(
  users: readonly string[],
  resources: readonly string[],
  ratio: number,
  { random, except, coverUsers = false }: DrawOptions,
): SampleAccess[] {
  const pairs = users.flatMap((user) => resources.map((res) => ({ user, res })));
  const open = except ? pairs.filter((pair) => !except.has(keyOf(pair))) : pairs;
  random.shuffle(open);
  const atLeast = pairs.length * ratio;
  const usersLeft = new Set(coverUsers ? open.map(({ user }) => user) : []);
  const resourcesLeft = new Set(open.map(({ res }) => res));
  const drawn: SampleAccess[] = [];
  for (const { user, res } of open) {
    if (drawn.length >= atLeast && usersLeft.size === 0 && resourcesLeft.size === 0) break;
    usersLeft.delete(user);
    resourcesLeft.delete(res);
    drawn.push(access(user, res, random));
  }
  return drawn;
}

function access(user: string, res: string, random: Random): SampleAccess {
  return { user, res, likelihood: random.between(500, 1000) };
}

function keyOf({ user, res }: { user: string; res: string }): string {
  return `${user}\t${res}`;
}

function department(
  name: string,
  users: number,
  resources: number,
  intraRatio: number,
  interRatio: number,
): Department {
  return {
    users: Array.from({ length: users }, (_, i) => `${name}_user_${i}`),
    resources: Array.from({ length: resources }, (_, i) => `${name}_res_${i}`),
    intraRatio,
    interRatio,
  };
}
