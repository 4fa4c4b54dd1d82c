import { describeProblems, parseElasticsearchConnectionSpec } from '../api/parse.ts';
import type { ElasticsearchConnection, ElasticsearchConnectionSpec } from '../api/types.ts';
import { readTarget } from '../controller/target.ts';
import { urlsOf } from '../core/connection-terms.ts';
import { Failure } from '../core/failure.ts';
import { openKeySearch, type KeySearch, type Searcher, type SearchTarget } from '../elasticsearch/key-search.ts';
import type { Caller } from '../kubernetes/caller.ts';
import type { Sensitive } from '../runtime/sensitive.ts';
import { callerText } from './failure-text.ts';
import { textOf } from './manifests.ts';
import { nameOf } from './objects.ts';
import { passwordFrom, passwordIn } from './password.ts';
import { textAt, type Given } from './program.ts';
import { UsageError, type Terminal } from './terminal.ts';

/** How Elasticsearch is asked, where that is not as the connection says. */
export interface KeyAccessOptions {
  readonly credential: { readonly username: string; readonly password: Sensitive } | undefined;
  readonly url: string | undefined;
  /** PEM. */
  readonly ca: string | undefined;
}

/** The keys of a cluster, who looks at them, and which cluster that is. */
export interface KeyAccess extends AsyncDisposable {
  readonly search: KeySearch;
  readonly searcher: Searcher;
  readonly clusterUUID: string;
  readonly version: string;
}

export type KeyAccessOrReason =
  { readonly ok: true; readonly access: KeyAccess } | { readonly ok: false; readonly reason: string };

/** Reads the options `--username`, `--password-file`, `--url`, `--ca-file`. Throws `UsageError`. */
export async function keyAccessOptions(given: Given, { env }: Terminal): Promise<KeyAccessOptions> {
  const [username, passwordFile, url, caFile] = ['username', 'passwordFile', 'url', 'caFile'].map((name) =>
    textAt(given, name),
  );
  if (username === undefined && passwordFile !== undefined) throw new UsageError('--password-file needs --username');
  if (url !== undefined && !(/^https?:\/\//.test(url) && URL.canParse(url)))
    throw new UsageError(`--url ${url}: must be an http or https URL, such as https://es.example:9200`);
  const password = async () => (passwordFile === undefined ? passwordFrom(env) : passwordIn(passwordFile));
  return {
    credential: username === undefined ? undefined : { username, password: await password() },
    url,
    ca: caFile === undefined ? undefined : await textOf(caFile),
  };
}

/**
 * Opens the cluster of a connection: with the credential of its Secret, if the caller may read that, or with the caller's
 * own. Answers in words why that cannot be done.
 */
export async function openKeyAccess(
  connection: ElasticsearchConnection,
  options: KeyAccessOptions,
  caller: Caller,
): Promise<KeyAccessOrReason> {
  const name = `ElasticsearchConnection ${nameOf(connection)}`;
  const refused = (reason: string): KeyAccessOrReason => ({ ok: false, reason });
  try {
    const found = await targetOf(connection, options, caller);
    if ('reason' in found) return refused(`${name}: ${found.reason}`);
    const search = openKeySearch(found);
    try {
      const { clusterUUID, version } = await search.readCluster();
      const pinned = connection.status?.clusterUUID;
      if (pinned !== undefined && pinned !== clusterUUID) {
        await search[Symbol.asyncDispose]();
        return refused(`${name}: its keys are in cluster ${pinned}, and this is ${clusterUUID}`);
      }
      const searcher = await search.identify();
      const access = { search, searcher, clusterUUID, version };
      return { ok: true, access: { ...access, [Symbol.asyncDispose]: () => search[Symbol.asyncDispose]() } };
    } catch (error) {
      await search[Symbol.asyncDispose]();
      throw error;
    }
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const isCredential = error.system === 'Kubernetes' && error.kind === 'denied' && options.credential === undefined;
    const advice = isCredential ? '; give a credential of your own by --username and --password-file' : '';
    return refused(`${name}: ${callerText(error)}${advice}`);
  }
}

/** No Secret can have this name. */
const OWN_CREDENTIAL = 'own credential';

async function targetOf(
  connection: ElasticsearchConnection,
  { credential, url, ca }: KeyAccessOptions,
  { references }: Caller,
): Promise<SearchTarget | { readonly reason: string }> {
  const parsed = parseElasticsearchConnectionSpec(connection.spec);
  if (!parsed.ok) return { reason: describeProblems(parsed.problems) };
  const spec = specFor(connection, parsed.value, credential?.username, ca !== undefined);
  const found = await readTarget(connection, spec, {
    read: async (kind, namespace, name) =>
      name === OWN_CREDENTIAL
        ? credential?.password.map((password) => ({ password }))
        : references.read(kind, namespace, name),
  });
  if (!found.ok) return { reason: found.verdict.message };
  const { urls, ...target } = found.target;
  return { ...target, urls: url === undefined ? urls : [url], ...(ca === undefined ? {} : { ca }) };
}

/** The spec as if it named what is given in its stead, so that nothing is read that is not needed. */
function specFor(
  connection: ElasticsearchConnection,
  spec: ElasticsearchConnectionSpec,
  username: string | undefined,
  hasCA: boolean,
): ElasticsearchConnectionSpec {
  const { tls: { caRef, ...tls } = {}, eckRef, ...rest } = spec;
  return {
    ...rest,
    ...(hasCA ? { urls: urlsOf(connection, spec) } : {}),
    ...(hasCA || eckRef === undefined ? {} : { eckRef }),
    ...(hasCA || caRef === undefined ? { tls } : { tls: { ...tls, caRef } }),
    auth: username === undefined ? spec.auth : { basic: { username, secretRef: { name: OWN_CREDENTIAL } } },
  };
}
