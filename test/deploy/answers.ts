import type { Answers } from "../../src/deploy/answers.js";

/** Answers as a team might give them. */
export const answers: Answers = {
  subscription: "01234567-89ab-cdef-0123-456789abcdef",
  resourceGroup: "security",
  workspace: "siem",
  storageAccount: "siemexport",
  storageResourceGroup: "storage",
  region: "westeurope",
  cloud: "public",
  tables: ["SecurityEvent", "WindowsEvent"],
  resultTable: "AnomalousResourceAccessResult",
  prefix: "byoml",
  threshold: 5,
  deliverAbove: 2,
  severity: "Medium",
  frequency: 60,
  delay: 30,
  interval: 60,
  image: "registry.azurecr.io/byoml:0.1.0",
  identity: "user-assigned",
  principalId: null,
};

/** An identity that is there, in another cloud, with little else said. */
export const principal: Answers = {
  ...answers,
  cloud: "usgovernment",
  region: null,
  image: null,
  identity: "principal",
  principalId: "fedcba98-7654-3210-fedc-ba9876543210",
};

/** Names that no rule would let through, in case that one is forgotten. */
export const hostile: Answers = {
  ...principal,
  subscription: `'; echo "pwned" >&2; '`,
  // biome-ignore lint/suspicious/noTemplateCurlyInString: so would it this
  resourceGroup: "a'b\"c`d$(touch pwned)${e}\n# f",
  workspace: "[concat('x', 'y')]",
  storageAccount: "\\ ' ''' \u2019 ]]> %n $HOME",
  storageResourceGroup: "-- /* */ // | where 1 == 1",
  region: "west\u202eeurope\u0000\u2028",
  tables: ["Security'Event", 'A"b\\'],
  resultTable: 'x"] | union * --\n',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: Bicep would evaluate it
  prefix: "${resourceGroup().id}",
  image: 'image:1"\nUSER root\n',
};
