/*
 * A container image, and a job in Azure Container Apps that runs it on a schedule.
 */
import { version } from "../../base/version.js";
import { type Answers, namesOf } from "../answers.js";
import { cronOf } from "../duration.js";
import { identityOf, locationParameter } from "../resources/identity.js";
import { ruleReference } from "../resources/table.js";
import { workspace, workspaceParameter } from "../resources/workspace.js";
import {
  call,
  type Expression,
  id,
  keyed,
  type Parameter,
  parameter,
  type Resource,
  runtime,
  type Template,
  type Value,
} from "../template/model.js";
import { dockerWords } from "../text/docker.js";
import { runWords } from "./run.js";

export const packageFile = `byoml-${version}.tgz`;

/** The registry of an image, where it is one of Azure's: there the job's identity signs in. Else null. */
export function azureRegistry(image: string): string | null {
  const [host, ...rest] = image.split("/");
  return rest.length > 0 && /\.azurecr\.(io|us|cn)$/i.test(host) ? host : null;
}

export function dockerfile(): string {
  return `# syntax=docker/dockerfile:1
# For a build that gives the same image again: NODE_IMAGE=node:24.9.0-bookworm-slim@sha256:...
ARG NODE_IMAGE=node:24.9.0-bookworm-slim

FROM \${NODE_IMAGE} AS build
WORKDIR /app
# The package, as \`npm pack\` in a clone of byoml writes it.
COPY ${packageFile} ./
RUN npm init --yes && npm install --omit=dev --ignore-scripts --no-audit --no-fund ./${packageFile} && rm ${packageFile}

FROM \${NODE_IMAGE}
ENV NODE_ENV=production TMPDIR=/work HOME=/work
WORKDIR /app
# Owned by root and not writable for the user that runs it: with --read-only nothing but /work can be written.
COPY --from=build /app /app
RUN mkdir /work && chown node:node /work
USER node
VOLUME /work
ENTRYPOINT ${dockerWords(["node", "/app/node_modules/byoml/dist/cli/main.js"])}
CMD ${dockerWords(["--help"])}
`;
}

/** Whose rights the job has: the identity that was made, or one whose ids are given at deployment. */
function runAs(answers: Answers): {
  resource: Resource[];
  parameters: Parameter[];
  id: Expression;
  clientId: Expression;
} {
  if (answers.identity === "user-assigned") {
    const made: Resource = { ...identityOf(answers), body: undefined, existing: true };
    return { resource: [made], parameters: [], id: id(made), clientId: runtime(made, "properties", "clientId") };
  }
  const parameters: Parameter[] = [
    {
      name: "identityId",
      type: "string",
      description: "Resource id of the user-assigned identity that has the roles.",
    },
    { name: "clientId", type: "string", description: "Client id of that identity." },
  ];
  return { resource: [], parameters, id: parameter("identityId"), clientId: parameter("clientId") };
}

/** The job, its environment and where its messages go. */
export function jobTemplate(answers: Answers): Template {
  const names = namesOf(answers);
  const identity = runAs(answers);
  const location = parameter("location");
  const rule: Resource = { ...ruleReference, name: names.collectionRule, existing: true };
  const environment: Resource = {
    symbol: "environment",
    type: "Microsoft.App/managedEnvironments",
    apiVersion: "2024-03-01",
    name: names.environment,
    body: {
      location,
      properties: {
        appLogsConfiguration: { destination: "azure-monitor" },
        workloadProfiles: [{ name: "Consumption", workloadProfileType: "Consumption" }],
      },
    },
  };
  const logs: Resource = {
    symbol: "logs",
    type: "Microsoft.Insights/diagnosticSettings",
    apiVersion: "2021-05-01-preview",
    name: "byoml",
    scope: environment,
    body: { properties: { workspaceId: id(workspace), logs: [{ categoryGroup: "allLogs", enabled: true }] } },
  };
  const job: Resource = {
    symbol: "job",
    type: "Microsoft.App/jobs",
    apiVersion: "2024-03-01",
    name: names.job,
    body: {
      location,
      identity: { type: "UserAssigned", userAssignedIdentities: keyed(identity.id, {}) },
      properties: {
        environmentId: id(environment),
        workloadProfileName: "Consumption",
        configuration: configuration(answers, identity.id),
        template: {
          containers: [container(answers, rule, identity.clientId)],
          volumes: [{ name: "work", storageType: "EmptyDir" }],
        },
      },
    },
  };
  const image: Parameter = {
    name: "image",
    type: "string",
    description: "The container image of byoml.",
    ...(answers.image === null ? {} : { fallback: answers.image }),
  };
  return {
    description: "A job in Azure Container Apps that runs byoml on a schedule, with its state in Blob Storage.",
    parameters: [workspaceParameter(answers), locationParameter(answers.region), image, ...identity.parameters],
    resources: [workspace, rule, ...identity.resource, environment, logs, job],
    outputs: [],
  };
}

function configuration({ interval, image }: Answers, identity: Expression): Value {
  const registry = image === null ? null : azureRegistry(image);
  return {
    triggerType: "Schedule",
    scheduleTriggerConfig: { cronExpression: cronOf(interval), parallelism: 1, replicaCompletionCount: 1 },
    // Shorter than the interval would cut long cycles off; a second one that starts meanwhile finds the lock held and ends.
    replicaTimeout: Math.max(interval, 60) * 60,
    // What failed is tried again by the next cycle.
    replicaRetryLimit: 0,
    ...(registry === null ? {} : { registries: [{ server: registry, identity }] }),
  };
}

function container(answers: Answers, rule: Resource, clientId: Expression): Value {
  return {
    name: "byoml",
    image: parameter("image"),
    args: runWords(answers, {
      endpoint: runtime(rule, "properties", "endpoints", "logsIngestion"),
      ruleId: runtime(rule, "properties", "immutableId"),
      auth: "managed",
      memory: "3GB",
    }),
    env: [{ name: "AZURE_CLIENT_ID", value: clientId }],
    resources: { cpu: call("json", "2.0"), memory: "4Gi" },
    volumeMounts: [{ volumeName: "work", mountPath: "/work" }],
  };
}
