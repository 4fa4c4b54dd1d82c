import { setTimeout as wait } from 'node:timers/promises';
import { Sensitive } from '../../src/runtime/sensitive.ts';
import type { ElasticsearchNode, Reply } from '../../test/testbed/servers.ts';
import type { Shell } from './shell.ts';
import { say, styled } from './terminal.ts';

/** A key as its Secret has it; `encoded` is what HTTP wants. */
export interface HeldKey {
  readonly label: string;
  readonly id: string;
  readonly encoded: Sensitive;
}

/** One request with a key, and the status that the demo expects. */
export interface Trial {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly expected: number;
}

/** Sends one event, as a Beat does. */
export const send = (index: string, expected: number): Trial => ({ method: 'POST', path: `/${index}/_doc`, expected });
/** Reads an index. */
export const read = (index: string, expected: number): Trial => ({
  method: 'GET',
  path: `/${index}/_search?filter_path=hits.total.value`,
  expected,
});

/** Reads the key out of a Secret of the namespace `logging`. */
export async function takeKey(shell: Shell, secret: string, label = secret): Promise<HeldKey> {
  const json = await shell.output(`kubectl get secret ${secret} -n logging -o json`);
  const { data } = JSON.parse(json) as { data: Record<string, string> };
  const plain = (name: string) => Buffer.from(data[name] ?? '', 'base64').toString();
  return { label, id: plain('id'), encoded: new Sensitive(plain('encoded')) };
}

/** Makes a request with a key and shows Elasticsearch's answer. Throws when it is not the expected one. */
export async function attempt(node: ElasticsearchNode, key: HeldKey, trial: Trial): Promise<void> {
  show(key, trial, await request(node, key, trial));
}

/** Makes the requests at once, and shows the answers in order. */
export async function attemptAll(node: ElasticsearchNode, trials: readonly (readonly [HeldKey, Trial])[]) {
  const replies = await Promise.all(trials.map(async ([key, trial]) => request(node, key, trial)));
  for (const [index, [key, trial]] of trials.entries()) {
    const reply = replies[index];
    if (reply !== undefined) show(key, trial, reply);
  }
}

/** Makes a request again and again until the answer is the expected one, and shows that one. Throws after 30 s. */
export async function attemptUntil(node: ElasticsearchNode, key: HeldKey, trial: Trial, signal: AbortSignal) {
  const until = performance.now() + 30_000;
  let reply = await request(node, key, trial);
  while (reply.status !== trial.expected && performance.now() < until) {
    await wait(200, undefined, { signal });
    reply = await request(node, key, trial);
  }
  show(key, trial, reply);
}

async function request(node: ElasticsearchNode, { encoded }: HeldKey, { method, path }: Trial): Promise<Reply> {
  const event = { '@timestamp': new Date().toISOString(), message: 'hello' };
  return node.request(method, path, method === 'POST' ? event : undefined, { as: { apiKey: encoded.reveal() } });
}

function show({ label }: HeldKey, { method, path, expected }: Trial, { status, body }: Reply): void {
  const [answer, reason] = describe(body);
  const color = status < 300 ? 'green' : 'yellow';
  const target = `${method} ${path.replace(/\?.*/, '')}`;
  say(`${label.padEnd(18)} ${target.padEnd(30)} ${styled(color, String(status))} ${answer}`);
  if (reason !== undefined) say(styled('dim', `${' '.repeat(19)}${reason}`));
  if (status !== expected) throw new Error(`${target} was to be answered with ${expected}.`);
}

/** What Elasticsearch says, in a word, and why it refuses. */
function describe(body: unknown): [string, string?] {
  const { result, hits, error } = body as {
    result?: string;
    hits?: { total: { value: number } };
    error?: { type: string; reason: string };
  };
  if (error !== undefined) return [error.type, error.reason.replace(/, this action is granted by .*/s, '')];
  return [result ?? `${hits?.total.value ?? 0} found`];
}
