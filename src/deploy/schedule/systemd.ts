/*
 * A service and a timer of systemd: one cycle at a time, without rights that it does not need.
 */
import type { Answers } from "../answers.js";
import { systemdVariable, systemdWord } from "../text/systemd.js";
import { runWords } from "./run.js";

/** A line for each flag with its value, and for each word that stands alone. */
function lines(words: readonly string[]): string {
  return words.map((word, at) => (words[at - 1]?.startsWith("--") ? ` ${word}` : ` \\\n  ${word}`)).join("");
}

export function serviceUnit(answers: Answers): string {
  const settings = { endpoint: { variable: "BYOML_ENDPOINT" }, ruleId: { variable: "BYOML_RULE_ID" } };
  const words = runWords(answers, settings).map((word) =>
    typeof word === "string" ? systemdWord(word) : `\${${word.variable}}`,
  );
  return `[Unit]
Description=byoml: one cycle of unusual accesses to Log Analytics
Wants=network-online.target
After=network-online.target

[Service]
Type=oneshot
# Endpoint, rule and kind of identity. Secrets, where there have to be any, go there and not here: units are readable by all.
EnvironmentFile=/etc/byoml/byoml.env
ExecStart=/usr/local/bin/byoml${lines(words)}
# A cycle that is stopped goes on where it was when it is started again.
TimeoutStartSec=6h
TimeoutStopSec=30s
# 130 is a cycle that was asked to stop.
SuccessExitStatus=130

# A user that exists while it runs, with a folder of its own for work files.
DynamicUser=yes
StateDirectory=byoml
WorkingDirectory=%S/byoml
Environment=TMPDIR=%S/byoml
UMask=0077

ProtectSystem=strict
ProtectHome=yes
ProtectProc=invisible
ProtectClock=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectControlGroups=yes
PrivateTmp=yes
PrivateDevices=yes
PrivateUsers=yes
NoNewPrivileges=yes
CapabilityBoundingSet=
AmbientCapabilities=
# AF_NETLINK is how names of hosts are resolved and network interfaces are listed.
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
RemoveIPC=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallErrorNumber=EPERM
# MemoryDenyWriteExecute= has to stay off: Node.js compiles code while it runs.
`;
}

export function timerUnit({ interval }: Answers): string {
  return `[Unit]
Description=byoml: a cycle every ${interval} minutes

[Timer]
# From start to start; a cycle that takes longer is not started a second time.
OnActiveSec=1min
OnUnitActiveSec=${interval}min
RandomizedDelaySec=30s
AccuracySec=1s

[Install]
WantedBy=timers.target
`;
}

export function environmentFile({ cloud }: Answers): string {
  return `# Read by byoml.service. Install it with mode 0600, owned by root.
# Both values are outputs of step 2; README.md shows how to see them (Check).
${systemdVariable("BYOML_ENDPOINT", "")}
${systemdVariable("BYOML_RULE_ID", "")}
# managed, workload or environment (cli has no sign-in to find: the service's user has no home). A machine of Azure Arc keeps its tokens
# for a group: add SupplementaryGroups=himds to the service.
${systemdVariable("BYOML_AUTH", "managed")}
# Of a user-assigned identity: its client id (output clientId).
#${systemdVariable("AZURE_CLIENT_ID", "")}
# With BYOML_AUTH=environment: a certificate rather than a secret. The user of the service may not read files of root: add
# LoadCredential=certificate.pem:/etc/byoml/certificate.pem to the service, and the path is /run/credentials/byoml.service/certificate.pem.
#${systemdVariable("AZURE_TENANT_ID", "")}
#${systemdVariable("AZURE_CLIENT_CERTIFICATE_PATH", "")}
${cloud === "public" ? "" : `${systemdVariable("BYOML_CLOUD", cloud)}\n`}`;
}
