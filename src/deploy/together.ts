import { OptionError } from "../base/errors.js";
import { inert } from "../base/text.js";
import { type Answers, namesOf } from "./answers.js";
import { shortOf } from "./duration.js";

/**
 * What single answers cannot say: whether they fit together.
 *
 * @throws OptionError
 */
export function checkTogether(answers: Answers): void {
  const { threshold, deliverAbove, frequency, delay, identity, principalId } = answers;
  if (deliverAbove > threshold)
    throw new OptionError(
      "deliverAbove",
      `expected at most --threshold (${threshold}), got ${deliverAbove}: alerts are made of delivered rows`,
    );
  if (frequency + delay > 14 * 1440)
    throw new OptionError(
      "delay",
      `expected at most 14d together with --frequency, got ${shortOf(frequency + delay)}: a rule looks no further back`,
    );
  if (frequency + delay >= 2 * 1440 && frequency < 60)
    throw new OptionError(
      "frequency",
      `expected at least 1h where the rule looks back ${shortOf(frequency + delay)}, got ${shortOf(frequency)}: Sentinel refuses it below 1h from 2d on`,
    );
  if (identity === "user-assigned" && principalId !== null)
    throw new OptionError(
      "principalId",
      "expected none with --identity user-assigned, which is made for the purpose",
      undefined,
      "For an existing identity: --identity principal",
    );
  const { table, stateContainer, exportContainers } = namesOf(answers);
  if (answers.tables.some((each) => each.toLowerCase() === table.toLowerCase()))
    throw new OptionError(
      "tables",
      `expected none that byoml writes, got ${inert(table)}: it would read its own results`,
    );
  if (exportContainers.includes(stateContainer))
    throw new OptionError(
      "prefix",
      `expected a container of its own for the state, got ${inert(stateContainer)}: an export is written there`,
    );
}
