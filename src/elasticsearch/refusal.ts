/** Why Elasticsearch refused a request with 400, in our words. */
export interface Refusal {
  /** `conflict`: what the request was about has changed; a fresh look will tell. */
  readonly kind: 'rejected' | 'conflict';
  readonly code: string;
  readonly detail: string;
}

/**
 * What Elasticsearch says, by the wording of ES 8.x and 9.x, and what we make of it. `%` stands for a word of the
 * request that the server repeats in brackets; it is shown only if the request has that very word.
 */
const SENTENCES: readonly (readonly [said: RegExp, code: string, ours: string])[] = [
  [
    /metadata_flattened/i,
    'InvalidMetadata',
    'The metadata may be 20 levels deep, its values 32766 bytes long, its names without \\0',
  ],
  [/unknown cluster privilege \[([^\]]+)\]/i, 'UnknownPrivilege', 'There is no cluster privilege %'],
  [/unknown index privilege \[([^\]]+)\]/i, 'UnknownPrivilege', 'There is no index privilege %'],
  [/unknown (?:application )?privilege \[([^\]]+)\]/i, 'UnknownPrivilege', 'There is no privilege %'],
  [/unknown workflow \[([^\]]+)\]/i, 'UnknownWorkflow', 'There is no workflow %'],
  [/duplicate element: ([^\s;\]]+)/i, 'InvalidRoleDescriptor', 'A privilege is named twice in one entry: %'],
  [
    /unexpected field \[([^\]]+)\]/i,
    'InvalidRoleDescriptor',
    'A role descriptor has a field that this version does not know: %',
  ],
  [
    /unknown field \[([^\]]+)\]/i,
    'InvalidRoleDescriptor',
    'The request has a field that this version does not know: %',
  ],
  [
    /role names must be/i,
    'InvalidRoleDescriptor',
    'The name of a role descriptor takes printable ASCII characters only',
  ],
  [/must define at least one privilege/i, 'InvalidRoleDescriptor', 'An entry of indices names no privilege'],
  [
    /invalid regular expression pattern \[(.+)\];?$/im,
    'InvalidRoleDescriptor',
    'A regular expression in names is wrong: %',
  ],
  [/within \[remote_cluster\]\. found \[([^\]]+)\]/i, 'UnknownPrivilege', 'There is no remote cluster privilege %'],
  [
    /expected one of .* but found \[([^\]]+)\]/i,
    'InvalidRoleDescriptor',
    'global has a category that this version does not know: %',
  ],
  [
    /must be a subset of the granted fields/i,
    'InvalidRoleDescriptor',
    'field_security excepts fields that it does not grant',
  ],
  [
    /application (?:names|privilege|pattern)/i,
    'InvalidRoleDescriptor',
    'Elasticsearch does not take an entry of applications',
  ],
  [/field_security requires grant/i, 'InvalidRoleDescriptor', 'field_security has except but no grant'],
  [
    /role descriptors? with(?: and without)? restriction/i,
    'InvalidRoleDescriptor',
    'A restriction needs a key with one descriptor',
  ],
  [/metadata keys may not start with/i, 'InvalidMetadata', 'Names in metadata may not start with _'],
  [
    /failed to parse query|field level security|document level security/i,
    'InvalidRoleDescriptor',
    'Elasticsearch cannot read a query or field_security',
  ],
  [/expiration/i, 'InvalidExpiration', 'Elasticsearch does not take the expiration'],
  [/cannot update invalidated/i, 'KeyInvalidated', 'The key is invalidated'],
  [/cannot update expired/i, 'KeyExpired', 'The key has expired'],
  [/api key name/i, 'InvalidName', 'Elasticsearch does not take the name of the key'],
  [/api key id\(s\)|blank id/i, 'InvalidID', 'Elasticsearch does not take the id of the key'],
  [/failed to parse .*role|role_descriptors/i, 'InvalidRoleDescriptor', 'Elasticsearch cannot read a role descriptor'],
];

/**
 * Characters of an answer that are looked at. Elasticsearch's longest sentence lists all privileges, about 5,000; some
 * of the patterns take time by the square of the length.
 */
const MOST_SAID = 16_384;

/** Codes that speak of the key as it is now, and not of what was asked. */
const CHANGED = new Set(['KeyInvalidated', 'KeyExpired']);

/**
 * The first of our sentences that fits. The server's text is only matched, never repeated: it could carry anything.
 *
 * @param body the decoded answer, not trusted
 * @param sent the request's body
 */
export function refusal(body: unknown, sent: unknown): Refusal {
  const said = reasons(body).slice(0, MOST_SAID);
  for (const [pattern, code, ours] of SENTENCES) {
    const match = pattern.exec(said);
    if (match === null) continue;
    const word = match[1] === undefined ? undefined : wordOf(sent, match[1]);
    return {
      kind: CHANGED.has(code) ? 'conflict' : 'rejected',
      code,
      detail: ours.replace(/:? %$/, word === undefined ? '' : ours.includes(': %') ? `: ${word}` : ` ${word}`),
    };
  }
  return { kind: 'rejected', code: 'HTTP 400', detail: 'Elasticsearch refuses the request as it is' };
}

const MOST_DEPTH = 12;

/** Every `reason` in an error body, outer ones last, so that the innermost cause is found first. */
function reasons(body: unknown, depth = 0): string {
  if (typeof body !== 'object' || body === null || depth > MOST_DEPTH) return '';
  const { error, caused_by: cause, root_cause: roots, suppressed, reason } = body as Record<string, unknown>;
  const inner = [cause, error, ...listed(roots), ...listed(suppressed)].map((each) => reasons(each, depth + 1));
  return [...inner, typeof reason === 'string' ? reason : ''].filter((text) => text !== '').join('\n');
}

const listed = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value.slice(0, MOST_DEPTH) : []);

/** The name or text in what was sent that equals `word`, whatever its case, as it was sent. */
function wordOf(sent: unknown, word: string, depth = 0): string | undefined {
  if (typeof sent === 'string') return sent.toLowerCase() === word.toLowerCase() ? sent : undefined;
  if (typeof sent !== 'object' || sent === null || depth > MOST_DEPTH) return undefined;
  for (const [name, value] of Object.entries(sent)) {
    const found = (Array.isArray(sent) ? undefined : wordOf(name, word)) ?? wordOf(value, word, depth + 1);
    if (found !== undefined) return found;
  }
  return undefined;
}
