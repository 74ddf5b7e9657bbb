/*
 * The kinds of events that an export of SecurityEvent has most of: how often they are, and the fields that are of their kind alone.
 * Other events than share accesses mention 5140 here and there, as numbers and in command lines: a search for it finds them too.
 */
import { address, guid, hex, port } from "./draws.mjs";

const READ = "%%4416\r\n\t\t\t\t";
const READ_AND_WRITE = "%%4416\r\n\t\t\t\t%%4423\r\n\t\t\t\t%%4424\r\n\t\t\t\t";
const PRIVILEGES = ["Security", "Backup", "Restore", "TakeOwnership", "Debug", "LoadDriver"]
  .map((name) => `Se${name}Privilege`)
  .join("\r\n\t\t\t");

/**
 * `percent` is the share of all events, `data(event, random)` the fields as an object of texts.
 * An event is `{ user: { domain, name, sid }, share, computer, logon }`.
 */
export const kinds = [
  { id: 5140, task: 12808, percent: 10, activity: "A network share object was accessed.", data: shareAccess },
  {
    ...{ id: 5145, task: 12811, percent: 20, data: fileAccess },
    activity: "A network share object was checked to see whether client can be granted desired access.",
  },
  { id: 4624, task: 12544, percent: 25, activity: "An account was successfully logged on.", data: logon },
  { id: 4688, task: 13312, percent: 15, activity: "A new process has been created.", data: newProcess },
  { id: 4663, task: 12800, percent: 15, activity: "An attempt was made to access an object.", data: objectAccess },
  { id: 4672, task: 12548, percent: 10, activity: "Special privileges assigned to new logon.", data: privileges },
  { id: 4634, task: 12545, percent: 5, activity: "An account was logged off.", data: logon },
];

function shareAccess({ share }, random) {
  return {
    ...{ ObjectType: "File", IpAddress: address(random), IpPort: port(random), ShareName: share },
    ...{ ShareLocalPath: `\\??\\D:\\Shares\\${share.slice(4)}`, AccessMask: "0x1", AccessList: READ },
    ...{ HandleId: `0x${hex(random, 1)}`, TransactionId: `{${guid(random)}}`, AccessReason: "-" },
  };
}

function fileAccess(event, random) {
  return {
    ...shareAccess(event, random),
    ...{ AccessMask: `0x${hex(random, 1)}`, AccessList: READ_AND_WRITE },
    RelativeTargetName: `projects\\${hex(random, 2)}\\FY24 "final" ${random.integer(9999)}.xlsx`,
  };
}

function logon({ user, computer, logon }, random) {
  return {
    ...{ LogonType: "3", LogonTypeName: "3 - Network", LogonProcessName: "Kerberos" },
    ...{ AuthenticationPackageName: "Kerberos", LogonGuid: `{${guid(random)}}` },
    ...{ LmPackageName: "-", KeyLength: "0", IpAddress: address(random), IpPort: port(random) },
    ...{ TargetUserName: user.name, TargetDomainName: user.domain, TargetUserSid: user.sid, TargetLogonId: logon },
    ...{ ImpersonationLevel: "%%1833", WorkstationName: computer.slice(0, 7) },
  };
}

function newProcess(_, random) {
  const draw = random.unit();
  const CommandLine =
    draw < 0.02
      ? `curl -d "{\\"EventID\\":5140,\\"ShareName\\":\\"\\\\\\\\*\\\\x\\"}" https://collector.example/${hex(random, 8)}`
      : `"C:\\Program Files\\Vendor\\agent.exe" --config="C:\\ProgramData\\v\\${hex(random, 4)}.json" --id ${guid(random)} -v`;
  return {
    ...{ CommandLine, NewProcessId: `0x${hex(random, 1)}`, NewProcessName: "C:\\Windows\\System32\\cmd.exe" },
    ...{ ParentProcessName: "C:\\Windows\\System32\\services.exe", ProcessId: `0x${hex(random, 1)}` },
    ...{ Process: "cmd.exe", TokenElevationType: "%%1936", MandatoryLabel: "S-1-16-12288", TargetUserSid: "S-1-0-0" },
    ...{ TargetUserName: "-", TargetDomainName: "-", TargetLogonId: "0x0" },
  };
}

function objectAccess(_, random) {
  return {
    ...{ ObjectServer: "Security", ObjectType: "File", HandleId: `0x${hex(random, 1)}`, AccessMask: "0x2" },
    ObjectName: `D:\\Shares\\${hex(random, 3)}\\${hex(random, 5)}\\draft ${random.integer(99_999)} [new].docx`,
    ...{ AccessList: "%%4417\r\n\t\t\t\t", ProcessId: `0x${hex(random, 1)}`, ResourceAttributes: "S:AI" },
    ...{ ProcessName: "C:\\Program Files\\Office\\winword.exe", TransactionId: `{${guid(random)}}` },
  };
}

function privileges({ user }, random) {
  return {
    ...{ PrivilegeList: PRIVILEGES, TargetUserName: user.name, TargetDomainName: user.domain },
    ...{ ProcessId: `0x${hex(random, 1)}`, ProcessName: "C:\\Windows\\System32\\lsass.exe" },
    ...{ LogonGuid: `{${guid(random)}}`, IpAddress: address(random), IpPort: port(random) },
  };
}
