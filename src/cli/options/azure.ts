import type { Command } from "commander";
import { authKindOf, authKinds } from "../../azure/auth-kinds.js";
import { type CloudName, cloudNames } from "../../azure/clouds.js";
import { oneOf } from "./parsers.js";

/** Flags of commands that talk to Azure. */
export interface AzureFlags {
  auth?: string;
  cloud?: CloudName;
}

export function azureOptions(command: Command): Command {
  return command
    .optionsGroup("Azure:")
    .option(
      "--auth <kind>",
      `credential: ${authKinds.join(", ")} (default: default, the chain of the Azure packages, which AZURE_TOKEN_CREDENTIALS narrows). ` +
        "The last two are for Blob Storage alone and take AZURE_STORAGE_CONNECTION_STRING or AZURE_STORAGE_SAS_TOKEN",
      authKindOf,
    )
    .option(
      "--cloud <name>",
      `${cloudNames.join(", ")} (default: as the addresses or AZURE_AUTHORITY_HOST say, else public)`,
      oneOf("cloud", cloudNames),
    );
}
