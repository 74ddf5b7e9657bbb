/*
 * The containers that byoml reads and writes, and its rights on them. In a template of its own, because the storage account may be in
 * another resource group than the workspace.
 */
import { type Answers, namesOf } from "../answers.js";
import { parameter, type Resource, type Template } from "../template/model.js";
import { principalParameters, roleAssignment } from "./identity.js";

const apiVersion = "2023-05-01";

export function storageTemplate(answers: Answers): Template {
  const { exportContainers, stateContainer } = namesOf(answers);
  const account: Resource = {
    symbol: "account",
    type: "Microsoft.Storage/storageAccounts",
    apiVersion,
    name: parameter("storageAccountName"),
    existing: true,
  };
  const blobs: Resource = {
    symbol: "blobs",
    type: "Microsoft.Storage/storageAccounts/blobServices",
    apiVersion,
    parent: account,
    name: "default",
    existing: true,
  };
  const container = (symbol: string, name: string): Resource => ({
    symbol,
    type: "Microsoft.Storage/storageAccounts/blobServices/containers",
    apiVersion,
    parent: blobs,
    name,
    body: { properties: { publicAccess: "None" } },
  });
  const state = container("stateContainer", stateContainer);
  const exported = exportContainers.map((name, at) => container(`exportContainer${at}`, name));
  return {
    description:
      "The containers of the export and of byoml's state, and byoml's rights on them: to read the one, to write the other.",
    parameters: [
      {
        name: "storageAccountName",
        type: "string",
        description: "The storage account, in this resource group.",
        fallback: answers.storageAccount,
      },
      ...principalParameters(answers.principalId),
    ],
    resources: [
      account,
      blobs,
      ...exported,
      state,
      ...exported.map((each, at) => roleAssignment(`reader${at}`, "Storage Blob Data Reader", each, "parameters")),
      roleAssignment("contributor", "Storage Blob Data Contributor", state, "parameters"),
    ],
    outputs: [],
  };
}
