/*
 * Rows of SecurityEvent as Log Analytics exports them, one a line: 50 to 60 fields and about 2.7 kB, a good part of it the event's own XML
 * and names that Azure adds.
 */
import { guid, hex, two } from "./draws.mjs";
import { kinds } from "./kinds.mjs";
import { drawShare, drawUser, shareOf, userOf } from "./names.mjs";

const tenants = ["6d1f3c52-7a0e-4b64-9d2c-51e0a7f3b8c4", "c08b9e17-43d5-4f2a-8e61-2b7d90a4f6e3"];
const subscription = "9e4b7a20-5c13-4d86-b1f0-7a2c3e5d6f81";
/** One event in so many arrives late: its time is of the day before. */
const LATE = 100;
const SLOT_IN_MS = 300_000;

/** The resource of a tenant's workspace: it names the export's folder too. */
export function workspaceOf(tenant) {
  const name = tenant === 0 ? "law-global" : "law-emea";
  return `/subscriptions/${subscription}/resourcegroups/rg-security/providers/microsoft.operationalinsights/workspaces/${name}`;
}

/**
 * The lines of one file.
 *
 * @param slotInMs   when its five minutes begin, milliseconds since 1970
 * @param tenant     0 or 1
 * @param ascii      whether characters beyond ASCII are written as \uXXXX, as some exporters do
 * @param textIds    whether EventID is text, as some exporters have it
 * @param allMatch   whether all events are share accesses (5140)
 */
export class Events {
  /** How many of the lines so far are share accesses (5140). */
  matching = 0;
  #random;
  #options;
  #escaped;
  #account = [];
  #resource;

  constructor(random, options) {
    this.#random = random;
    this.#options = options;
    this.#escaped = options.ascii ? asciiText : jsonText;
    this.#resource = workspaceOf(options.tenant);
  }

  /** The next line, with its line feed. */
  next() {
    const random = this.#random;
    const { tenant, textIds } = this.#options;
    const kind = this.#options.allMatch ? kinds[0] : drawKind(random);
    if (kind.id === 5140) this.matching++;
    const number = drawUser(random);
    const user = userOf(number);
    const computer = `fs${String(random.integer(800)).padStart(4, "0")}.${user.domain.toLowerCase()}.contoso.example`;
    const event = { user, computer, share: shareOf(drawShare(number, random)), logon: `0x${hex(random, 2)}` };
    this.#account[number] ??= this.#escaped(`${user.domain}\\${user.name}`);
    const account = this.#account[number];
    const time = this.#time();
    let fields = "";
    let xml = "";
    const data = kind.data(event, random);
    for (const name in data) {
      const text = this.#escaped(data[name]);
      fields += `"${name}":"${text}",`;
      xml += String.raw`<Data Name=\"${name}\">${text}</Data>\r\n`;
    }
    const group = tenants[tenant];
    return (
      `{"TimeGenerated":"${time}","TenantId":"${group}","SourceSystem":"OpsManager","Account":"${account}",` +
      `"AccountType":"${user.machine ? "Machine" : "User"}","Computer":"${computer}",` +
      `"EventSourceName":"Microsoft-Windows-Security-Auditing","Channel":"Security","Task":${kind.task},"Level":"8",` +
      `"EventLevelName":"LogAlways","EventID":${textIds ? `"${kind.id}"` : kind.id},` +
      `"Activity":"${kind.id} - ${kind.activity}","SubjectAccount":"${account}",` +
      `"SubjectUserName":"${this.#escaped(user.name)}","SubjectDomainName":"${user.domain}",` +
      `"SubjectUserSid":"${user.sid}","SubjectLogonId":"${event.logon}",${fields}` +
      String.raw`"EventData":"<EventData xmlns=\"http://schemas.microsoft.com/win/2004/08/events/event\">\r\n${xml}</EventData>",` +
      `"EventOriginId":"${guid(random)}","ManagementGroupName":"AOI-${group}",` +
      `"SourceComputerId":"${guid(random)}","EventRecordId":${random.integer(2 ** 31)},` +
      `"Keywords":"0x8020000000000000","Opcode":"Info","SystemProcessId":4,"SystemThreadId":${random.integer(20_000)},` +
      `"Correlation":"","Version":"${kind.id === 5140 ? 1 : 2}","PartitionKey":"","RowKey":"",` +
      `"StorageAccount":"","AzureDeploymentID":"","AzureTableName":"","SystemUserId":null,"TimeCollected":"${time}",` +
      `"Type":"SecurityEvent","_ItemId":"${guid(random)}","_SubscriptionId":"${subscription}",` +
      `"_ResourceId":"/subscriptions/${subscription}/resourcegroups/rg-servers/providers/microsoft.hybridcompute/machines/${computer.slice(0, 6)}",` +
      `"_Internal_WorkspaceResourceId":"${this.#resource}","_IsBillable":true,"_BilledSize":${random.between(1000, 2500)}}\n`
    );
  }

  #time() {
    const random = this.#random;
    const late = random.integer(LATE) === 0 ? 86_400_000 : 0;
    const time = new Date(this.#options.slotInMs - late + random.integer(SLOT_IN_MS)).toISOString();
    // Seven decimals, as Log Analytics has them.
    return `${time.slice(0, 23)}${two(random.integer(100))}${random.integer(10)}${random.integer(10)}Z`;
  }
}

function drawKind(random) {
  let draw = random.integer(100);
  for (const kind of kinds) {
    if (draw < kind.percent) return kind;
    draw -= kind.percent;
  }
  throw new Error("the kinds of events are expected to add up to 100 percent");
}

/** Text as it stands between the quotes of JSON. */
function jsonText(text) {
  return /["\\\r\n\t]/.test(text) ? JSON.stringify(text).slice(1, -1) : text;
}

function asciiText(text) {
  return jsonText(text).replace(/[\u0080-\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
