import type { Answers } from "../answers.js";
import { type Parameter, parameter, type Resource } from "../template/model.js";

/** The workspace, which is there. */
export const workspace: Resource = {
  symbol: "workspace",
  type: "Microsoft.OperationalInsights/workspaces",
  apiVersion: "2022-10-01",
  name: parameter("workspaceName"),
  existing: true,
};

export function workspaceParameter(answers: Answers): Parameter {
  return {
    name: "workspaceName",
    type: "string",
    description: "The Log Analytics workspace, in this resource group.",
    fallback: answers.workspace,
  };
}
