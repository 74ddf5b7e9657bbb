/*
 * How a training went: the objective after each iteration, and why there was no next one.
 */

/** What is known after an iteration. */
export interface IterationFacts {
  /** Loss and regularisation of the factors as they are now; see `referenceObjective` for its terms. */
  objective: number;
  /** How long the iteration took. */
  milliseconds: number;
}

/** The iterations over one segment. */
export interface Course {
  /** After each iteration, in order. */
  objectives: readonly number[];
  /** "tolerance": the objective hardly fell any more. "maxIter": all iterations were run. */
  stopped: "tolerance" | "maxIter";
}

/**
 * Whether the last iteration made so little difference that the next one is not worth its time.
 *
 * True once the objective has fallen by at most `tolerance` of itself, (f_before - f_now) / |f_before| <= tolerance; a rise, which
 * rounding brings about at the minimum, is no fall. The first iteration has none before it. Never with a tolerance of 0.
 */
export function shouldStop(objectives: readonly number[], tolerance: number): boolean {
  const [before, now] = objectives.slice(-2);
  if (tolerance === 0 || now === undefined) return false;
  return before - now <= tolerance * Math.abs(before);
}

/**
 * The courses of segments that were trained one after the other, as one: objectives are added up by iteration, and a segment that
 * has stopped keeps its last.
 */
export function combineCourses(courses: readonly Course[]): Course {
  const iterations = Math.max(0, ...courses.map(({ objectives }) => objectives.length));
  const objectives = Array.from({ length: iterations }, (_, n) =>
    courses.reduce((sum, course) => sum + (course.objectives[n] ?? course.objectives.at(-1) ?? 0), 0),
  );
  const early = courses.length > 0 && courses.every(({ stopped }) => stopped === "tolerance");
  return { objectives, stopped: early ? "tolerance" : "maxIter" };
}
