import type { ElasticsearchNode } from '../../test/testbed/servers.ts';
import { readyTable } from './ready-table.ts';
import type { Shell } from './shell.ts';
import { heading, say } from './terminal.ts';
import { attempt, attemptAll, attemptUntil, read, send, takeKey } from './trial.ts';

/** Where the story plays. */
export interface Scene {
  readonly shell: Shell;
  readonly elasticsearch: ElasticsearchNode;
  readonly signal: AbortSignal;
}

/** The Beats of examples/ whose presets and role descriptors need no policy. */
const beats = ['packetbeat', 'packetbeat-file', 'heartbeat', 'filebeat', 'metricbeat', 'auditbeat', 'apm-server'];

/** Applies the example of a connection with the demo's URL in it. */
export async function connect({ shell, elasticsearch }: Scene): Promise<void> {
  heading('A connection to the cluster');
  await shell.run(withURL('01-connection', elasticsearch));
  await shell.run('kubectl wait --for=condition=Ready elasticsearchconnection/main -n beatkeys-system --timeout=60s');
  await shell.run('kubectl get elasticsearchconnections -n beatkeys-system');
}

/** Applies the examples for Beats as they are, and the one with a connection of its own with the demo's URL in it. */
export async function applyExamples({ shell, elasticsearch, signal }: Scene): Promise<void> {
  heading('Keys for Beats');
  await shell.run(`kubectl apply ${beats.map((beat) => `-f examples/${beat}.yaml`).join(' ')}`);
  await shell.run(withURL('books-read-only', elasticsearch));
  await readyTable(shell, signal);
}

/** The command that applies an example with this cluster's URL in the place of the documentation's. */
function withURL(example: string, { url }: ElasticsearchNode): string {
  return `sed 's|https://elasticsearch.example:9200|${url}|' examples/${example}.yaml | kubectl apply -f -`;
}

/** The data keys of a Secret, with the length of each value and no value. */
export async function showSecret({ shell }: Scene): Promise<void> {
  heading('The Secret that a Beat reads');
  await shell.run('kubectl describe secret packetbeat -n logging');
}

/** Every key writes or reads what it may, and is refused what it may not. */
export async function tryKeys({ shell, elasticsearch }: Scene): Promise<void> {
  heading('What the keys may do, and what not');
  const keys = await Promise.all(
    ['packetbeat', 'heartbeat', 'filebeat', 'metricbeat'].map(async (name) => takeKey(shell, name)),
  );
  const auditbeat = await takeKey(shell, 'auditbeat-elasticsearch', 'auditbeat');
  const apmServer = await takeKey(shell, 'apm-server');
  const books = await takeKey(shell, 'books-read-only');
  say('Each sends an event, or reads:');
  await attemptAll(elasticsearch, [
    ...[...keys, auditbeat].map((key) => [key, send(`${key.label}-demo`, 201)] as const),
    [apmServer, send('logs-apm-demo', 201)],
    [books, read('books', 200)],
  ]);
  say('And is refused what nobody gave it:');
  await attemptAll(elasticsearch, [
    ...keys.slice(0, 1).map((key) => [key, send('filebeat-demo', 403)] as const),
    ...keys.slice(1, 2).map((key) => [key, read('heartbeat-demo', 403)] as const),
    [books, send('books', 403)],
  ]);
}

/** New rights for the same key: no Beat has to restart. */
export async function widenKey({ shell, elasticsearch }: Scene): Promise<void> {
  heading('Other role descriptors, the same key');
  const before = await takeKey(shell, 'books-read-only');
  await attempt(elasticsearch, before, read('books-archive', 403));
  const patch = [
    { op: 'add', path: '/spec/roleDescriptors/books-read-only/indices/0/names/-', value: 'books-archive' },
  ];
  await shell.run(`kubectl patch beatapikey books-read-only -n logging --type json -p '${JSON.stringify(patch)}'`);
  await shell.run('kubectl wait --for=condition=Ready beatapikey/books-read-only -n logging --timeout=60s');
  await attempt(elasticsearch, before, read('books-archive', 200));
  const after = await takeKey(shell, 'books-read-only');
  if (after.encoded.reveal() !== before.encoded.reveal()) throw new Error('The key in the Secret is another one.');
  say(`The Secret still has the key ${after.id}.`);
}

/** A new key on request; the old one works for the overlap, and not after it. */
export async function rotateKey({ shell, elasticsearch, signal }: Scene): Promise<void> {
  heading('A rotation');
  const old = await takeKey(shell, 'packetbeat', 'old key');
  const patch = { spec: { rotation: { request: 'demo', overlap: '8s' } } };
  await shell.run(`kubectl patch beatapikey packetbeat -n logging --type merge -p '${JSON.stringify(patch)}'`);
  await shell.run(
    `kubectl wait --for=jsonpath='{.status.handledRequest}'=demo beatapikey/packetbeat -n logging --timeout=60s`,
  );
  const fresh = await takeKey(shell, 'packetbeat', 'new key');
  if (fresh.id === old.id) throw new Error('The key in the Secret is the old one.');
  say(`The Secret has the key ${fresh.id} in the place of ${old.id}.`);
  await attempt(elasticsearch, fresh, send('packetbeat-demo', 201));
  await attempt(elasticsearch, old, send('packetbeat-demo', 201));
  await shell.run(`kubectl get beatapikey packetbeat -n logging -o jsonpath='{.status.retiring}'`);
  say('Both work, so that Packetbeat has time to restart. When the overlap is over:');
  await attemptUntil(elasticsearch, old, send('packetbeat-demo', 401), signal);
  await attempt(elasticsearch, fresh, send('packetbeat-demo', 201));
}

/** With the object go the key and the Secret. */
export async function deleteKey({ shell, elasticsearch }: Scene): Promise<void> {
  heading('The end of a key');
  const key = await takeKey(shell, 'packetbeat');
  await shell.run('kubectl delete beatapikey packetbeat -n logging');
  await attempt(elasticsearch, key, send('packetbeat-demo', 401));
  await shell.run('kubectl wait --for=delete secret/packetbeat -n logging --timeout=60s');
  say('The Secret is gone as well.');
}
