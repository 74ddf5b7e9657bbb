/*
 * The last line of defence before a text reaches a person or a log: what looks like a secret of Azure goes. Errors are made so that they
 * hold none; this is for the text of libraries and services that slips through.
 */

const gone = "[redacted]";

/** What is replaced, and by what. No pattern reaches past a quote or a blank, so that JSON stays JSON. */
const patterns: readonly (readonly [RegExp, string])[] = [
  // Authorization headers
  [/\b(Bearer|SharedKey|SharedKeyLite|SharedAccessSignature)(\s+)[^\s"'<>,;]{8,}/gi, `$1$2${gone}`],
  // JSON web tokens, cut ones too
  [/\beyJ[\w-]{8,}(?:\.[\w-]*){0,4}/g, gone],
  // the signature of a shared access signature, in an address or encoded within another
  [/(\b|%3F|%26)sig(=|%3D)[^\s"'<>&]+/gi, `$1sig$2${gone}`],
  // keys in connection strings, fields of requests for tokens
  [
    /(\b|_|%26|%3B)(AccountKey|SharedAccessKey|SharedAccessSignature|client_secret|client_assertion|refresh_token|access_token|assertion|password)(\s*=\s*|%3D)[^\s"'<>;&]+/gi,
    `$1$2$3${gone}`,
  ],
  // the same fields as JSON, also within a text of JSON
  [
    /(\\?"(?:\w*_)?(?:access_token|refresh_token|id_token|client_secret|client_assertion|accessToken|AccountKey|SharedAccessKey)\\?"\s*:\s*\\?")[^"\\]+/gi,
    `$1${gone}`,
  ],
  // a key of a storage account by itself: 64 bytes in base64
  [/(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{86}==/g, gone],
];

/** The text without bearer tokens, JSON web tokens, signatures of shared access, account keys and secrets of connection strings. */
export function redact(text: string): string {
  return patterns.reduce((rest, [pattern, replacement]) => rest.replace(pattern, replacement), text);
}
