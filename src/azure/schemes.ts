/* Addresses that are of no blobs, though they look like an address: what was probably meant. */
import { OptionError } from "../base/errors.js";
import { suggest } from "../base/suggest.js";

const known = ["https", "az", "eventhub"];
const hub = "Event hubs, eventhub://NAMESPACE/HUB, are inputs of run, watch and doctor --azure alone.";
const elsewhere = "Storage of others is not read: copy what is there to a folder or to Blob Storage.";
const dataLake = "The blobs of a data lake are read as those of any account: az://ACCOUNT/CONTAINER/PREFIX.";

const byScheme: Readonly<Record<string, string>> = {
  ...{ eventhub: hub, sb: hub, amqp: hub, amqps: hub },
  ...{ abfs: dataLake, abfss: dataLake, wasb: dataLake, wasbs: dataLake },
  ...{ s3: elsewhere, s3a: elsewhere, gs: elsewhere, hdfs: elsewhere, ftp: elsewhere, sftp: elsewhere },
  file: "Name files and folders by their path, without file://.",
};

/**
 * The error of an address with a scheme that blobs have not. It repeats no more than the scheme: the rest may hold a secret.
 *
 * @param scheme    in lower case, without ://
 * @param expected  how addresses of blobs are written
 */
export function wrongScheme(option: string, scheme: string, expected: string): OptionError {
  const near = suggest(scheme, known);
  const hint = Object.hasOwn(byScheme, scheme) ? byScheme[scheme] : near && `Did you mean ${near}://?`;
  return new OptionError(option, expected, `${scheme}://…`, hint);
}
