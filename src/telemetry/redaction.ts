import { Sensitive } from '../runtime/sensitive.ts';
import { reportError } from './error-report.ts';

const REDACTED = '[redacted]';
const DEPTH = 6;
const ENTRIES = 100;
const TEXT = 2_000;

/** Names of secrets, as the end of a field's name in any spelling: `apiKey`, `API_KEY`, `x-api-key`. */
const SECRET_NAME =
  /(?:password|passwd|passphrase|clientsecret|token|apikey|encoded|authorization|cookie|credentials?|privatekey)$/;
/** Where a Kubernetes Secret holds its values. */
const SECRET_DATA = /^(?:string)?data$/;
/** The same without a name, in a text. */
const SECRET_TEXT = new RegExp(
  [
    /\b(?:ApiKey|Basic|Bearer)\s+(?=\S*[\d=])[\w+/=.:~-]{8,}/, // values of the Authorization header
    /-----BEGIN [A-Z ]*PRIVATE KEY-----[^]*?(?:-----END|$)/,
    /(?<=:\/\/)[^\s/@]+(?=@)/, // user information of a URL
    /(?<![\w-])[\w-]{20}:[\w-]{22}(?![\w-])/, // an API key as Beats want it: id and secret half
    /(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{58}==/, // the same in base64, as `encoded` has it
  ]
    .map((pattern) => pattern.source)
    .join('|'),
  'g',
);

/**
 * The second net: nobody logs a secret on purpose, and `Sensitive` prints nothing, but what slips through is caught
 * here, by a field's name or by its look, however deep. Gives plain data for JSON; errors become their reports, bytes
 * and functions their kind; what is deep, long or wide beyond sense is cut.
 */
export function redact(value: unknown): unknown {
  return clean(value, DEPTH);
}

/** As `redact`, for text. */
export function redactText(text: string): string {
  const safe = text.replace(SECRET_TEXT, REDACTED);
  return safe.length > TEXT ? `${safe.slice(0, TEXT)}… (${safe.length} characters)` : safe;
}

function clean(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return redactText(value);
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'function' || typeof value === 'symbol') return `[${typeof value}]`;
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Sensitive) return value.toString();
  if (value instanceof Error) return reportError(value);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (value instanceof URL) return redactText(value.href);
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return '[bytes]';
  if (depth === 0) return '[deep]';
  if (value instanceof Map) return cleanEntries(value, depth);
  if (Array.isArray(value) || value instanceof Set) {
    return Array.from(value as Iterable<unknown>)
      .slice(0, ENTRIES)
      .map((one) => clean(one, depth - 1));
  }
  return cleanEntries(Object.entries(value), depth);
}

function cleanEntries(entries: Iterable<readonly [unknown, unknown]>, depth: number): Record<string, unknown> {
  const plain: [string, unknown][] = [];
  for (const [key, value] of entries) {
    if (plain.length === ENTRIES) break;
    // What is no text could print what it carries, as errors do.
    const name = typeof key === 'string' ? redactText(key) : typeof key === 'number' ? `${key}` : `[${typeof key}]`;
    plain.push([name, hides(name, value) ? REDACTED : clean(value, depth - 1)]);
  }
  return Object.fromEntries(plain);
}

/** Times, counts and switches under a secret's name (`token: true`) are no secrets. */
function hides(name: string, value: unknown): boolean {
  const bare = name.toLowerCase().replaceAll(/[^a-z]/g, '');
  const isObject = typeof value === 'object' && value !== null;
  return SECRET_NAME.test(bare) ? isObject || typeof value === 'string' : isObject && SECRET_DATA.test(bare);
}
