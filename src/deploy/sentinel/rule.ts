/*
 * The scheduled analytics rule, as facts that both of its forms are made of: YAML of the Azure-Sentinel repository and ARM.
 */
import { type Answers, namesOf } from "../answers.js";
import { guidOf } from "../guid.js";
import { alertQuery } from "../kql/queries.js";

/** Discovery, use and collection of what lies on shares. */
export const tactics = ["Collection", "Discovery", "LateralMovement"];
export const techniques = ["T1021", "T1039", "T1135"];

/**
 * What an alert is about; Sentinel takes at most three identifiers an entity, and drops entities without values.
 *
 * A share is mapped as a File: an AzureResource has to be an ARM id, which a share has not, and a Host says which server but not which
 * share. The Host comes beside it where the path names a server.
 */
export const entities = [
  { entityType: "Account", fields: { Name: "AccountName", NTDomain: "AccountDomain", UPNSuffix: "AccountSuffix" } },
  { entityType: "File", fields: { Name: "ResourceName", Directory: "ResourceFolder" } },
  { entityType: "Host", fields: { HostName: "ResourceHost", DnsDomain: "ResourceDomain" } },
];

export function mappings(): { entityType: string; fieldMappings: { identifier: string; columnName: string }[] }[] {
  return entities.map(({ entityType, fields }) => ({
    entityType,
    fieldMappings: Object.entries(fields).map(([identifier, columnName]) => ({ identifier, columnName })),
  }));
}

export interface AnalyticsRule {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly query: string;
  /** Minutes. */
  readonly frequency: number;
  /** Minutes: how far it looks back. */
  readonly period: number;
}

export function analyticsRule(answers: Answers): AnalyticsRule {
  const { subscription, resourceGroup, workspace, frequency, delay } = answers;
  const { table } = namesOf(answers);
  return {
    id: guidOf("analytics rule", subscription, resourceGroup.toLowerCase(), workspace.toLowerCase(), table),
    name: "Anomalous resource access",
    description:
      "Identifies accesses that are unusual for a user, by what the user and others with similar accesses have used before. " +
      "The score is in standard deviations from the mean of the accesses that byoml has learned from.",
    query: alertQuery(answers),
    frequency,
    period: frequency + delay,
  };
}

/** What alerts show and how they become incidents, which both forms write alike: one alert a row, alerts of an account join for a day. */
export const alerting = {
  entityMappings: mappings(),
  customDetails: { Score: "Score", Percentile: "Percentile", Peers: "PeerSummary", Model: "ModelId", Run: "RunId" },
  alertDetailsOverride: {
    alertDisplayNameFormat: "Anomalous access of {{Actor}} to {{Resource}}",
    alertDescriptionFormat: "{{Reason}} The score is {{Score}}. {{PeerSummary}}",
  },
  eventGroupingSettings: { aggregationKind: "AlertPerResult" },
  incidentConfiguration: {
    createIncident: true,
    groupingConfiguration: {
      enabled: true,
      reopenClosedIncident: false,
      lookbackDuration: "P1D",
      matchingMethod: "Selected",
      groupByEntities: ["Account"],
      groupByAlertDetails: [],
      groupByCustomDetails: [],
    },
  },
};
