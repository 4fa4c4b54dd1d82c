import { describeProblems, parseElasticsearchConnectionSpec } from '../api/parse.ts';
import type { ElasticsearchConnection, ElasticsearchConnectionSpec } from '../api/types.ts';
import { termsOf } from '../core/connection-terms.ts';
import { verdictOfContact, verdictOfContactFailure, type ConnectionVerdict } from '../core/connection-verdict.ts';
import type { Terms } from '../core/connection-view.ts';
import { Failure } from '../core/failure.ts';
import { digest } from '../lib/digest.ts';
import type { ConnectionClient, ConnectionState, Inventory } from './connection-state.ts';
import { keepInventory, listKeys } from './inventory.ts';
import type { PassContext } from './pass-context.ts';
import { readTarget } from './target.ts';

/**
 * Brings what is known of the connection up to date: what it refers to, who the cluster is, and its list of keys where
 * that is due. Answers the failure that the next look should come soon for; a state that a person must change is none.
 */
export async function lookAtConnection(
  object: ElasticsearchConnection,
  state: ConnectionState,
  context: PassContext,
  signal: AbortSignal,
): Promise<Failure | undefined> {
  const parsed = parseElasticsearchConnectionSpec(object.spec);
  if (!parsed.ok) {
    settle(state, { state: 'stalled', reason: 'InvalidSpec', message: describeProblems(parsed.problems) });
    return undefined;
  }
  const spec = parsed.value;
  const terms = termsOf(object, spec, state.client?.ca ?? '');
  let client = state.client;
  try {
    const resolved = await resolve(object, spec, state, context);
    if ('reason' in resolved) {
      settle(state, resolved, terms);
      return undefined;
    }
    client = resolved;
    if (client !== state.client || state.inDoubt) await contact(object, spec, client, state, signal);
    const listed = await listOrContact(state, context, signal);
    if (listed === undefined) return undefined;
    // By now another cluster may be behind the URL, in whose list every key is missing: it is looked at before its list
    // is believed, or all keys would be made anew there.
    const of = state.contact?.clusterUUID;
    await contact(object, spec, client, state, signal);
    if (state.verdict.state === 'ready' && state.contact?.clusterUUID === of) keepInventory(state, listed, context);
    return undefined;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    // That nobody was asked says nothing new.
    if (error.code !== 'CircuitOpen' || !isTrouble(state.verdict)) {
      settle(state, verdictOfContactFailure(error, object, spec), terms);
    }
    if (client !== undefined) state.use(client);
    // What a person has to mend gets no better by asking often; a change of what it refers to brings it back at once.
    return state.verdict.state === 'waiting' ? error : undefined;
  }
}

/**
 * Where a list fails, the cluster is asked who it is: that says at which URL the trouble is, in the words of all later
 * looks, so that an outage is told to objects once.
 */
async function listOrContact(
  state: ConnectionState,
  context: PassContext,
  signal: AbortSignal,
): Promise<Inventory | undefined> {
  try {
    return await listKeys(state, context, signal);
  } catch (error) {
    await state.store?.contact(signal);
    throw error;
  }
}

const isTrouble = ({ state, reason }: ConnectionVerdict): boolean => state !== 'ready' && reason !== 'Checking';

/** The client to use: another one where credential, certificates or spec changed. A verdict where that cannot be said. */
async function resolve(
  object: ElasticsearchConnection,
  spec: ElasticsearchConnectionSpec,
  state: ConnectionState,
  { cluster, elasticsearch }: PassContext,
): Promise<ConnectionClient | ConnectionVerdict> {
  const { client } = state;
  const { uid, deletionTimestamp } = object.metadata;
  const generation = `${uid}/${object.metadata.generation}`;
  // What it refers to may go before it does, as when its namespace is deleted: the last good credential stays in use.
  const leaving = deletionTimestamp !== undefined;
  if (client !== undefined && (leaving || (!state.dirty && client.generation === generation))) return client;
  // A change while this reads is a reason to read again.
  state.dirty = false;
  try {
    const found = await readTarget(object, spec, cluster.references);
    if (!found.ok) {
      state.dirty = true;
      return found.verdict;
    }
    const { target } = found;
    const version = digest({ ...target, password: target.password.map((text) => digest(text)).reveal(), generation });
    if (version === client?.version) return client;
    return { store: elasticsearch.open(target), version, generation, ca: target.ca ?? '' };
  } catch (error) {
    state.dirty = true;
    throw error;
  }
}

/**
 * Asks the cluster who it is. Only a client that was found to lead to the right one takes the place of the former:
 * objects go on with that as long as this lasts.
 */
async function contact(
  object: ElasticsearchConnection,
  spec: ElasticsearchConnectionSpec,
  client: ConnectionClient,
  state: ConnectionState,
  signal: AbortSignal,
): Promise<void> {
  const found = await client.store.contact(signal);
  state.use(client);
  if (found.clusterUUID !== state.contact?.clusterUUID) state.inventory = undefined;
  state.contact = found;
  state.inDoubt = false;
  const verdict = verdictOfContact(object, spec, found);
  const terms = termsOf(object, spec, client.ca);
  settle(state, verdict, terms);
  if (verdict.state === 'ready') state.view = { state: 'ready', contact: found, terms };
}

/** Takes the verdict over, and makes of it what objects see. `terms` hold whatever state the cluster is in. */
function settle(state: ConnectionState, verdict: ConnectionVerdict, terms?: Terms): void {
  state.verdict = verdict;
  if (verdict.state === 'ready') return;
  state.inDoubt = true;
  const known = terms ?? (state.view.state === 'absent' ? undefined : state.view.terms);
  state.view = {
    state: 'waiting',
    reason: verdict.reason === 'Unreachable' ? 'Unavailable' : 'ConnectionNotReady',
    message: `ElasticsearchConnection ${state.key}: ${verdict.message}`,
    ...(known === undefined ? {} : { terms: known }),
  };
}
