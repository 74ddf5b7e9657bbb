/* Names of blobs, and the URLs that stand for them: every character but letters, digits, `/` and -_.!~*'() is percent-encoded. */
import type { BlobClient, ContainerClient } from "@azure/storage-blob";

/** A URL without what may be a signature. */
export function withoutQuery(url: string): string {
  return url.split("?", 1)[0];
}

/** The URL of a blob: what it is called in messages and remembered by. A client would say the same, but takes longer to make. */
export function urlOf(container: ContainerClient, name: string): string {
  return `${withoutQuery(container.url)}/${name.split("/").map(encodeURIComponent).join("/")}`;
}

/** The client of a blob, by its URL. @throws TypeError  when it is not of the container */
export function clientOf(container: ContainerClient, url: string): BlobClient {
  const start = `${withoutQuery(container.url)}/`;
  if (!url.startsWith(start)) throw new TypeError(`${url} is no blob of ${start}`);
  return container.getBlobClient(decodeURIComponent(url.slice(start.length)));
}
