/*
 * What `byoml deploy` asks, and what it takes for an answer. The same rules hold for flags, settings and what is typed.
 */
import { OptionError } from "../base/errors.js";
import { defaultTable } from "../delivery/columns.js";
import type { Answers } from "./answers.js";
import { intervals, minutesOf, shortOf } from "./duration.js";
import { distinct, guid, matching, oneOf, real } from "./rules.js";

export interface Question<Key extends keyof Answers = keyof Answers> {
  readonly key: Key;
  /** What is asked on a terminal, and said in the help. */
  readonly text: string;
  /** How the help calls the value. */
  readonly value: string;
  /** Text for the default; null: it may stay open. Absent: it has to be answered. */
  readonly fallback?: (before: Partial<Answers>) => string | null;
  /** What the help says instead of a default that other answers decide. */
  readonly otherwise?: string;
  /** @throws OptionError  named as the flag */
  readonly parse: (text: string) => Answers[Key];
  /** Whether it is asked on a terminal; what is not asked has a default that fits nearly always. */
  readonly asked?: boolean;
}

const azureName = (least: number, most: number, more: string) => `${least} to ${most} letters, digits${more}`;

/** In the order in which they are asked. */
export const questions: readonly Question[] = [
  {
    key: "subscription",
    value: "guid",
    text: "subscription of the workspace and the storage account",
    asked: true,
    parse: (text) => guid("subscription", text),
  },
  {
    key: "resourceGroup",
    value: "name",
    text: "resource group of the workspace",
    asked: true,
    parse: (text) => matching("resourceGroup", text, group, groupRule),
  },
  {
    key: "workspace",
    value: "name",
    text: "name of the Log Analytics workspace",
    asked: true,
    parse: (text) =>
      matching(
        "workspace",
        text,
        /^[A-Za-z0-9][A-Za-z0-9-]{2,61}[A-Za-z0-9]$/,
        azureName(4, 63, " and hyphens, a letter or digit at both ends"),
      ),
  },
  {
    key: "storageAccount",
    value: "name",
    text: "storage account for the export and for byoml's state",
    asked: true,
    parse: (text) => matching("storageAccount", text, /^[a-z0-9]{3,24}$/, "3 to 24 lower-case letters and digits"),
  },
  {
    key: "storageResourceGroup",
    value: "name",
    text: "resource group of the storage account",
    asked: true,
    otherwise: "that of the workspace",
    fallback: ({ resourceGroup }) => resourceGroup ?? null,
    parse: (text) => matching("storageResourceGroup", text, group, groupRule),
  },
  {
    key: "region",
    value: "name",
    text: "region of the workspace, such as westeurope",
    asked: true,
    otherwise: "that of the resource group",
    fallback: () => null,
    parse: (text) =>
      matching(
        "region",
        text.replaceAll(" ", "").toLowerCase(),
        /^[a-z]+[a-z0-9]{1,39}$/,
        "a region such as westeurope",
      ),
  },
  {
    key: "cloud",
    value: "name",
    text: "cloud: public, usgovernment or china",
    fallback: () => "public",
    parse: (text) => oneOf("cloud", text, ["public", "usgovernment", "china"]),
  },
  {
    key: "tables",
    value: "names",
    text: "tables to export and read, with commas between them; custom ones as they are called, with _CL",
    asked: true,
    fallback: () => "SecurityEvent",
    parse: (text) =>
      distinct(
        "tables",
        text,
        /^(?=.{1,60}$)[A-Za-z][A-Za-z0-9]*(_[A-Za-z0-9]+)*$/,
        "table names of 1 to 60 letters, digits and single underscores, a letter first: the container of an export is named after its table",
      ),
  },
  {
    key: "resultTable",
    value: "name",
    text: "table of the results, to which _CL is added",
    fallback: () => defaultTable,
    parse: (text) =>
      matching(
        "resultTable",
        text.replace(/_CL$/, ""),
        /^[A-Za-z][A-Za-z0-9_]{3,44}$/,
        azureName(4, 45, " and underscores, a letter first, without _CL"),
      ),
  },
  {
    key: "prefix",
    value: "name",
    text: "beginning of the names of what is made, and the container of the state",
    fallback: () => "byoml",
    parse: (text) =>
      matching(
        "prefix",
        text,
        /^(?=.{3,20}$)[a-z][a-z0-9]*(-[a-z0-9]+)*$/,
        "3 to 20 lower-case letters, digits and single hyphens, a letter first",
      ),
  },
  {
    key: "threshold",
    value: "x",
    text: "score above which an access raises an alert",
    asked: true,
    fallback: () => "5",
    parse: (text) => real("threshold", text, -100, 100),
  },
  {
    key: "deliverAbove",
    value: "x",
    text: "score above which an access is written to the table",
    fallback: () => "3",
    parse: (text) => real("deliverAbove", text, -100, 100),
  },
  {
    key: "severity",
    value: "name",
    text: "severity of the alerts: High, Medium, Low or Informational",
    asked: true,
    fallback: () => "Medium",
    parse: (text) => oneOf("severity", text, ["High", "Medium", "Low", "Informational"]),
  },
  {
    key: "frequency",
    value: "time",
    text: "how often the rule looks for new rows, 5m to 14d",
    asked: true,
    fallback: () => "1h",
    parse: (text) => within("frequency", text, 5, 14 * 1440),
  },
  {
    key: "delay",
    value: "time",
    text: "how long rows may take until they are in the table, 0m to 13d; below 2d a late row may raise no alert",
    // Log Analytics gives rows older than two days the time of their receipt. A rule that runs more often than hourly looks back less.
    fallback: ({ frequency = 60 }) => (frequency < 60 ? "1d" : shortOf(Math.min(2880, 14 * 1440 - frequency))),
    parse: (text) => within("delay", text, 0, 13 * 1440),
  },
  {
    key: "interval",
    value: "time",
    text: `how often byoml runs: ${intervals.map(shortOf).join(", ")}`,
    asked: true,
    fallback: () => "1h",
    parse: (text) => {
      const minutes = minutesOf("interval", text);
      if (!intervals.includes(minutes))
        throw new OptionError("interval", `one of ${intervals.map(shortOf).join(", ")}`, text);
      return minutes;
    },
  },
  {
    key: "image",
    value: "name",
    text: "container image of byoml, for the job in Container Apps",
    asked: true,
    fallback: () => null,
    parse: (text) => matching("image", text, image, "an image such as registry.azurecr.io/byoml:1.0"),
  },
  {
    key: "identity",
    value: "kind",
    text: "identity that runs it: user-assigned (made for it) or principal (an existing one)",
    asked: true,
    fallback: () => "user-assigned",
    parse: (text) => oneOf("identity", text, ["user-assigned", "principal"]),
  },
  {
    key: "principalId",
    value: "guid",
    text: "object id of an existing identity",
    fallback: () => null,
    parse: (text) => guid("principalId", text),
  },
];

const group = /^(?=.{1,90}$)[\p{L}\p{N}_.()-]*[\p{L}\p{N}_()-]$/u;
const groupRule = "1 to 90 letters, digits, underscores, hyphens, periods and parentheses, no period at the end";
const image =
  /^(?=.{1,255}$)(?:[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*(?::\d{1,5})?\/)?[a-z0-9]+(?:[._/-]+[a-z0-9]+)*(?::\w[\w.-]{0,127})?(?:@sha256:[0-9a-f]{64})?$/;

function within(option: string, text: string, least: number, most: number): number {
  const minutes = minutesOf(option, text);
  if (minutes < least || minutes > most)
    throw new OptionError(option, `a duration from ${shortOf(least)} to ${shortOf(most)}`, text);
  return minutes;
}
