import * as z from 'zod';
import type { Contact } from '../core/contact.ts';
import { Failure } from '../core/failure.ts';
import type { Call, Endpoint } from './endpoint.ts';
import { NOT_ELASTICSEARCH } from './answer-failure.ts';
import { failure } from './failure.ts';
import { missingClusterPrivileges } from './trial.ts';

/** Role descriptors of keys can be read, and keys updated in place, from this version on. */
const OLDEST = { major: 8, minor: 5 };

const cluster = z.object({
  cluster_uuid: z.string().regex(/^[\w-]{1,64}$/),
  version: z.object({
    // It is shown, so nothing else may stand in it.
    number: z.string().regex(/^\d{1,4}\.\d{1,4}\.\d{1,4}(-(alpha|beta|rc)\d{1,3})?(-SNAPSHOT)?$/),
    build_flavor: z.string().max(64).optional(),
  }),
});
type ClusterAnswer = z.output<typeof cluster>;

const user = z.object({
  username: z.string().min(1).max(1024),
  authentication_realm: z.object({ name: z.string().min(1).max(1024) }),
});

const word = z.string().regex(/^[A-Za-z_-]{1,32}$/);
const license = z.object({ license: z.object({ type: word, status: word }) });
/** https://www.elastic.co/subscriptions: field and document level security */
const LICENSES_WITH_FIELD_SECURITY: readonly string[] = ['trial', 'platinum', 'enterprise'];

/** Also the first thing to ask of a server: whether it is Elasticsearch. */
export const readCluster: Call<ClusterAnswer> = {
  operation: 'read cluster',
  answer: cluster,
  request: (client, options) => client.info({}, options),
};
/** Who the server takes the caller for. */
export const authenticate: Call<z.output<typeof user>> = {
  operation: 'authenticate',
  answer: user,
  request: (client, options) => client.security.authenticate({}, options),
};

const readLicense: Call<z.output<typeof license>> = {
  operation: 'read license',
  answer: license,
  request: (client, options) => client.license.get({}, options),
};

/** What a node answers before it has joined a cluster. */
const NO_UUID = '_na_';

/**
 * Looks at every URL, then at the operator's user. A URL that is down is passed over as long as another one answers: a
 * node that restarts is no trouble. Everything else that is wrong with any URL counts.
 */
export async function contact(endpoints: readonly Endpoint[], signal: AbortSignal): Promise<Contact> {
  const { endpoint, answer } = await sameCluster(endpoints, signal);
  const { number: version, build_flavor: flavor } = answer.version;
  if (flavor !== 'serverless') checkVersion(version);
  const send = <T>(call: Call<T>): Promise<T> => named(endpoint, endpoint.send(call, signal));
  const { username, authentication_realm: realm } = await send(authenticate);
  const missing = await missingClusterPrivileges(send, ['manage_own_api_key', 'manage_api_key']);
  if (missing.includes('manage_own_api_key')) {
    throw failure('check privileges', {
      kind: 'denied',
      code: 'MissingManageOwnApiKey',
      detail: `User ${username} lacks the cluster privilege manage_own_api_key, without which it can make no keys; grant it to a role of the user`,
    });
  }
  const limitedLicense = flavor === 'serverless' ? undefined : await readLimitedLicense(send);
  return {
    clusterUUID: answer.cluster_uuid,
    version,
    serverless: flavor === 'serverless',
    owner: { username, realm: realm.name },
    manageApiKey: !missing.includes('manage_api_key'),
    ...(limitedLicense === undefined ? {} : { limitedLicense }),
  };
}

/** A node that has just been started may have no licence yet; then, and where it is not said, none is assumed to be small. */
async function readLimitedLicense(send: <T>(call: Call<T>) => Promise<T>): Promise<string | undefined> {
  try {
    const { type, status } = (await send(readLicense)).license;
    if (status !== 'active') return `${type}, ${status}`;
    return LICENSES_WITH_FIELD_SECURITY.includes(type) ? undefined : type;
  } catch (error) {
    if (error instanceof Failure && (error.kind === 'unsupported' || error.kind === 'notFound')) return undefined;
    throw error;
  }
}

/** Says in a failure which URL it was. */
async function named<T>({ url }: Endpoint, answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (!(error instanceof Failure) || error.detail === '') throw error;
    const { kind, code, detail, retryAfterMs, outcomeUnknown, operation, system } = error;
    const wish = retryAfterMs === undefined ? {} : { retryAfterMs };
    throw new Failure({ kind, system, operation, code, outcomeUnknown, ...wish, detail: `${detail} (${url})` });
  }
}

interface Found {
  readonly endpoint: Endpoint;
  readonly answer: ClusterAnswer;
}

async function sameCluster(endpoints: readonly Endpoint[], signal: AbortSignal): Promise<Found> {
  const looks = await Promise.allSettled(endpoints.map(async (endpoint) => look(endpoint, signal)));
  const failures = looks.flatMap((each) => (each.status === 'rejected' ? [each.reason as Error] : []));
  const found = looks.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
  const [first, ...others] = found;
  const serious = failures.find((error) => !isPassing(error)) ?? (first === undefined ? failures[0] : undefined);
  if (serious !== undefined) throw serious;
  if (first === undefined) throw new RangeError('a cluster needs a URL');
  const other = others.find(({ answer }) => answer.cluster_uuid !== first.answer.cluster_uuid);
  if (other !== undefined) {
    const [one, two] = [first, other].map(({ endpoint, answer }) => `${endpoint.url} to ${answer.cluster_uuid}`);
    throw failure('read cluster', {
      kind: 'unsupported',
      code: 'ClusterMismatch',
      detail: `The URLs lead to different clusters: ${one}, ${two}; give those of one cluster`,
    });
  }
  return first;
}

const look = (endpoint: Endpoint, signal: AbortSignal): Promise<Found> => named(endpoint, lookAt(endpoint, signal));

async function lookAt(endpoint: Endpoint, signal: AbortSignal): Promise<Found> {
  try {
    const answer = await endpoint.send(readCluster, signal);
    if (answer.cluster_uuid !== NO_UUID) return { endpoint, answer };
  } catch (error) {
    throw asMissingMonitor(asNotElasticsearch(error));
  }
  throw failure('read cluster', {
    kind: 'unavailable',
    code: 'ClusterNotFormed',
    detail: 'The node has not joined a cluster yet',
  });
}

/** A server that takes the path but answers something else. */
function asNotElasticsearch(error: unknown): unknown {
  return error instanceof Failure && error.code === 'UnreadableAnswer'
    ? failure('read cluster', NOT_ELASTICSEARCH)
    : error;
}

function asMissingMonitor(error: unknown): unknown {
  if (!(error instanceof Failure) || error.code !== 'HTTP 403') return error;
  return failure('read cluster', {
    kind: 'denied',
    code: 'MissingMonitor',
    detail:
      "The operator's user lacks the cluster privilege monitor, which GET / needs; grant it to a role of the user",
  });
}

/** Down for now, as nodes are that restart; a certificate does not mend itself. */
const isPassing = (error: unknown): boolean =>
  error instanceof Failure && error.kind === 'unavailable' && !error.code.startsWith('CERT_');

function checkVersion(version: string): void {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > OLDEST.major || (major === OLDEST.major && minor >= OLDEST.minor)) return;
  throw failure('read cluster', {
    kind: 'unsupported',
    code: 'UnsupportedVersion',
    detail: `Elasticsearch ${major}.${minor} is too old; Beatkeys needs ${OLDEST.major}.${OLDEST.minor} or newer`,
  });
}
