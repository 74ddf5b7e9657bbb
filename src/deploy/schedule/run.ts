/*
 * The command line of one cycle, as everything that runs the schedule calls it.
 */
import { type Answers, namesOf } from "../answers.js";

/** What is known only after the deployment stands there as a `Late` word, such as a variable. */
export interface RunSettings<Late> {
  readonly endpoint: Late;
  readonly ruleId: Late;
  readonly auth?: string;
  readonly memory?: string;
}

/** The words after `byoml`. */
export function runWords<Late>(
  answers: Answers,
  { endpoint, ruleId, auth, memory }: RunSettings<Late>,
): (string | Late)[] {
  const { inputs, state, stream } = namesOf(answers);
  return [
    "run",
    ...inputs,
    ...["--state", state],
    ...["--endpoint", endpoint],
    ...["--rule-id", ruleId],
    ...["--stream", stream],
    ...["--threshold", String(answers.deliverAbove)],
    ...(auth === undefined ? [] : ["--auth", auth]),
    ...(answers.cloud === "public" ? [] : ["--cloud", answers.cloud]),
    ...(memory === undefined ? [] : ["--memory", memory]),
  ];
}
