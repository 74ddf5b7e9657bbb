import { createHash } from "node:crypto";

/** The parts of a report, taken apart as text. */
export interface Page {
  html: string;
  /** Contents of every `<script>` without a type, and of every JSON block. */
  scripts: string[];
  json: string[];
  styles: string[];
  /** The directives of the Content Security Policy, by name. */
  policy: Map<string, string>;
  /** The page without the contents of scripts and styles: where names are written as HTML. */
  markup: string;
}

export function takeApart(html: string): Page {
  const contents = (pattern: RegExp): string[] => [...html.matchAll(pattern)].map((found) => found[1]!);
  const [policy] = contents(/<meta http-equiv="Content-Security-Policy" content="([^"]*)">/g);
  return {
    html,
    scripts: contents(/<script>([\s\S]*?)<\/script/gi),
    json: contents(/<script type="application\/json" id="byoml-data">([\s\S]*?)<\/script/gi),
    styles: contents(/<style>([\s\S]*?)<\/style/gi),
    policy: new Map(
      policy!
        .replaceAll("&#39;", "'")
        .split("; ")
        .map((directive) => [directive.split(" ")[0]!, directive.split(" ").slice(1).join(" ")]),
    ),
    markup: html.replace(/(<(script|style)[^>]*>)[\s\S]*?(<\/\2)/gi, "$1$3"),
  };
}

export const sha256 = (text: string): string => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
