/*
 * A container image, and a job in Azure Container Apps that runs it on a schedule.
 */
import { version } from "../../base/version.js";
import { type Answers, namesOf } from "../answers.js";
import { cronOf } from "../duration.js";
import { identityOf, locationParameter } from "../resources/identity.js";
import { ruleReference } from "../resources/table.js";
import { workspace, workspaceParameter } from "../resources/workspace.js";
import { call, id, keyed, parameter, type Resource, runtime, type Template, type Value } from "../template/model.js";
import { dockerWords } from "../text/docker.js";
import { runWords } from "./run.js";

export const packageFile = `byoml-${version}.tgz`;

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

/** The job, its environment and where its messages go. */
export function jobTemplate(answers: Answers): Template {
  const names = namesOf(answers);
  const made = answers.identity === "user-assigned";
  const identity: Resource = { ...identityOf(answers), body: undefined, existing: true };
  const rule: Resource = { ...ruleReference, name: names.collectionRule, existing: true };
  const environment: Resource = {
    symbol: "environment",
    type: "Microsoft.App/managedEnvironments",
    apiVersion: "2024-03-01",
    name: names.environment,
    body: {
      location: parameter("location"),
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
      location: parameter("location"),
      identity: made
        ? { type: "UserAssigned", userAssignedIdentities: keyed(id(identity), {}) }
        : { type: "SystemAssigned" },
      properties: {
        environmentId: id(environment),
        workloadProfileName: "Consumption",
        configuration: configuration(answers, made ? id(identity) : "system"),
        template: {
          containers: [container(answers, rule, made ? identity : null)],
          volumes: [{ name: "work", storageType: "EmptyDir" }],
        },
      },
    },
  };
  return {
    description: "A job in Azure Container Apps that runs byoml on a schedule, with its state in Blob Storage.",
    parameters: [
      workspaceParameter(answers),
      locationParameter(answers.region),
      {
        name: "image",
        type: "string",
        description: "The container image of byoml.",
        ...(answers.image === null ? {} : { fallback: answers.image }),
      },
    ],
    resources: [workspace, rule, ...(made ? [identity] : []), environment, logs, job],
    outputs: made
      ? []
      : [
          {
            name: "principalId",
            description: "Object id of the job's identity, which needs the roles",
            value: runtime(job, "identity", "principalId"),
          },
        ],
  };
}

function configuration({ interval, image }: Answers, identity: Value): Value {
  const registry = image?.split("/")[0] ?? "";
  return {
    triggerType: "Schedule",
    scheduleTriggerConfig: { cronExpression: cronOf(interval), parallelism: 1, replicaCompletionCount: 1 },
    // Shorter than the interval would cut long cycles off; a second one that starts meanwhile finds the lock held and ends.
    replicaTimeout: Math.max(interval, 60) * 60,
    // What failed is tried again by the next cycle.
    replicaRetryLimit: 0,
    ...(registry.endsWith(".azurecr.io") ? { registries: [{ server: registry, identity }] } : {}),
  };
}

function container(answers: Answers, rule: Resource, identity: Resource | null): Value {
  return {
    name: "byoml",
    image: parameter("image"),
    args: runWords(answers, {
      endpoint: runtime(rule, "properties", "endpoints", "logsIngestion"),
      ruleId: runtime(rule, "properties", "immutableId"),
      auth: "managed",
      memory: "3GB",
    }),
    env: identity ? [{ name: "AZURE_CLIENT_ID", value: runtime(identity, "properties", "clientId") }] : [],
    resources: { cpu: call("json", "2.0"), memory: "4Gi" },
    volumeMounts: [{ volumeName: "work", mountPath: "/work" }],
  };
}
