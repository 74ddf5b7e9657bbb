/*
 * Writes accesses as Microsoft Sentinel exports them: JSON lines of SecurityEvent rows, one file for five minutes, in the folders of
 * the export. All names and numbers are made up.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { SampleAccess } from "../../access/sample.js";
import { Random } from "../../base/random.js";

const tenantId = "b1a3c5d7-1111-4222-8333-0123456789ab";
const workspace =
  "/subscriptions/3f2c9d10-8a1b-4c2d-9e3f-001122334455/resourcegroups/rg-demo/providers/microsoft.operationalinsights/workspaces/law-demo";

export interface ExportOptions {
  /** The first day, of May 2024, and how many days there are. */
  firstDay: number;
  days: number;
  seed: number;
  /** How often an access happens. */
  timesOf(access: SampleAccess): number;
}

/** The half hours of an office day in which something happens; each is one file. */
const firstHour = 8;
const windows = 20;
const minutesInWindow = 5;

/** A user of the sample as `Account` of the events. */
export function accountOf(user: string): string {
  return `CONTOSO\\${user}`;
}

/** A resource of the sample as `ShareName` of the events. */
export function shareOf(res: string): string {
  return `\\\\*\\${res}`;
}

/**
 * Writes an export in which each access happens `timesOf(access)` times, the first on the first day and the second on the last: so
 * its likelihood (times a day, from its first day to its last) is `timesOf(access) / days`.
 */
export async function writeExport(
  folder: string,
  accesses: readonly SampleAccess[],
  { firstDay, days, seed, timesOf }: ExportOptions,
): Promise<void> {
  const random = new Random(seed);
  const files = new Map<string, string[]>();
  const add = (day: number, rest: string) => {
    const window = random.integer(windows);
    const hour = two(firstHour + Math.floor(window / 2));
    const minute = (window % 2) * 30;
    const date = two(firstDay + day);
    const path = `y=2024/m=05/d=${date}/h=${hour}/m=${two(minute)}/PT05M.json`;
    const clock = `${hour}:${two(minute + random.integer(minutesInWindow))}:${two(random.integer(60))}`;
    const fraction = String(random.integer(10_000_000)).padStart(7, "0");
    const lines = files.get(path) ?? [];
    files.set(path, lines);
    lines.push(`{"TimeGenerated":"2024-05-${date}T${clock}.${fraction}Z","_ItemId":"${guid(random)}",${rest}}`);
  };
  for (const access of accesses) {
    const share = fieldsOf(shareRow(access, random));
    const times = timesOf(access);
    for (let i = 0; i < times; i++) add(i === 0 ? 0 : i === 1 ? days - 1 : random.integer(days), share);
    // A logon now and then: the table has other events too, and reading leaves them out.
    if (random.integer(4) === 0) add(random.integer(days), fieldsOf(logonRow(access, random)));
  }
  const root = join(folder, `WorkspaceResourceId=${workspace}`);
  await Promise.all(
    [...files].map(async ([path, lines]) => {
      const file = join(root, path);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, `${lines.sort().join("\n")}\n`);
    }),
  );
}

/** The fields of a row as JSON without the braces: they are the same for all events of an access, and are made once. */
function fieldsOf(row: Record<string, unknown>): string {
  return JSON.stringify(row).slice(1, -1);
}

function shareRow({ user, res }: SampleAccess, random: Random): Record<string, unknown> {
  return {
    ...commonFields(user, random),
    EventID: 5140,
    Activity: "5140 - A network share object was accessed.",
    ObjectType: "File",
    ShareName: shareOf(res),
    ShareLocalPath: `\\??\\D:\\Shares\\${res}`,
    AccessMask: "0x1",
    AccessList: "%%4416\r\n\t\t\t\t",
    IpAddress: `10.0.${random.integer(256)}.${random.integer(256)}`,
    IpPort: String(1024 + random.integer(64_000)),
  };
}

function logonRow({ user }: SampleAccess, random: Random): Record<string, unknown> {
  return {
    ...commonFields(user, random),
    EventID: 4624,
    Activity: "4624 - An account was successfully logged on.",
    LogonType: 3,
  };
}

function commonFields(user: string, random: Random): Record<string, unknown> {
  const server = `fs${two(random.integer(4))}`;
  return {
    TenantId: tenantId,
    SourceSystem: "OpsManager",
    Account: accountOf(user),
    AccountType: "User",
    Computer: `${server}.contoso.example`,
    EventSourceName: "Microsoft-Windows-Security-Auditing",
    Channel: "Security",
    SubjectUserName: user,
    SubjectDomainName: "CONTOSO",
    Type: "SecurityEvent",
    _ResourceId: `/subscriptions/3f2c9d10-8a1b-4c2d-9e3f-001122334455/resourcegroups/rg-demo/providers/microsoft.hybridcompute/machines/${server}`,
    _Internal_WorkspaceResourceId: workspace,
  };
}

function guid(random: Random): string {
  const [a, b, c, d] = [hex(random), hex(random), hex(random), hex(random)];
  return `${a}-${b.slice(0, 4)}-${b.slice(4)}-${c.slice(0, 4)}-${c.slice(4)}${d}`;
}

function hex(random: Random): string {
  return random
    .integer(2 ** 32)
    .toString(16)
    .padStart(8, "0");
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}
