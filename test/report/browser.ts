import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { afterAll, afterEach, beforeAll } from "vitest";

const quiet = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** A report in a browser, with everything that must not happen while it is open. */
export interface Opened {
  page: Page;
  /** Dialogs, page errors, console errors and warnings (violations of the policy are among them), in words. */
  incidents: string[];
  /** Addresses that were requested. */
  requests: string[];
  url: string;
}

export type Open = (html: string, options?: BrowserContextOptions) => Promise<Opened>;

/** Starts a browser for the tests of a file; gives a function that opens HTML from a file in a window of its own. */
export function useBrowser(): Open {
  let browser: Browser;
  const folder = mkdtempSync(join(tmpdir(), "byoml-report-"));
  beforeAll(async () => {
    const executablePath = process.env["BYOML_CHROMIUM"];
    if (!executablePath) throw new Error("BYOML_CHROMIUM is not set; run this suite by `npm run test:browser`");
    browser = await chromium.launch({ executablePath, args: quiet });
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true });
  });

  const contexts: BrowserContext[] = [];
  afterEach(async () => {
    await Promise.all(contexts.splice(0).map((context) => context.close()));
  });

  let count = 0;
  return async (html, options) => {
    const path = join(folder, `${count++}.html`);
    writeFileSync(path, html);
    const url = pathToFileURL(path).href;
    const context = await browser.newContext({
      viewport: { width: 1280, height: 900 },
      colorScheme: "light",
      ...options,
    });
    contexts.push(context);
    const page = await context.newPage();
    const incidents: string[] = [];
    const requests: string[] = [];
    page.on("dialog", (dialog) => {
      incidents.push(`dialog: ${dialog.message()}`);
      dialog.dismiss().catch(() => {});
    });
    page.on("pageerror", (error) => incidents.push(`page error: ${error.message}`));
    page.on("console", (message) => {
      if (message.type() === "error" || message.type() === "warning") incidents.push(`console: ${message.text()}`);
    });
    context.on("request", (request) => requests.push(request.url()));
    await page.goto(url, { waitUntil: "load" });
    return { page, incidents, requests, url };
  };
}

/** How far the page is wider than its window, in pixels. */
export const overflow = (page: Page): Promise<number> =>
  page.evaluate(() => Math.max(0, document.scrollingElement!.scrollWidth - innerWidth));

/** The first cells of the rows that are shown. */
export const column = (page: Page, table: string, index: number): Promise<string[]> =>
  page.locator(`${table} tbody tr:not([hidden]) td:nth-child(${index})`).allInnerTexts();
