import { globSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { noteForRun } from '../leaks/noted.ts';
import { controlPlane, elasticsearch, elasticsearchVersions } from '../testbed/current.ts';
import { localCertificate } from '../testbed/elasticsearch/certificate.ts';
import { createLendingUser, everyPreset, type LendingUser } from './lending-user.ts';
import { secret, type Manifest } from './manifests.ts';
import { commandsOn, openStage, steady, type Stage } from './pages/stage.ts';
import { createTwin } from './trouble/servers-world.ts';
import { openWorld } from './world.ts';

/** The tutorial, the page on troubleshooting and those in docs/how-to: every command is run, and writes what the page says. */

const docs = path.resolve(import.meta.dirname, '../../docs');
const versions = elasticsearchVersions();
const version = versions.find((each) => elasticsearch(each).ca !== undefined) ?? versions[0] ?? '';
const another = versions.find((each) => each !== version);
const pages = ['tutorial.md', 'troubleshooting.md', ...globSync('how-to/*.md', { cwd: docs }).toSorted()].filter(
  // Takes a second cluster.
  (page) => another !== undefined || !page.endsWith('move-clusters.md'),
);
const next = elasticsearch(another ?? version);
const world = await openWorld({ versions: [version], guests: 2 * pages.length, restarts: true });
const { guests, node, user } = world.site(version);
const authority = node.ca ?? (await localCertificate()).certificate;
const kept = new AsyncDisposableStack();
let nextUser: LendingUser;
beforeAll(async () => {
  kept.adopt(next, (client) => client.close());
  nextUser = kept.use(await createLendingUser(next, everyPreset));
  world.leaks.note(nextUser.password);
  // The world closes its own client.
  kept.use(
    await createTwin(
      kept.adopt(elasticsearch(version), (client) => client.close()),
      nextUser,
    ),
  );
});
afterAll(async () => {
  await world.close();
  await kept.disposeAsync();
});

/** A key as somebody makes it by hand: `id:api_key`. */
async function handMadeKey(): Promise<string> {
  const { body } = await node.request('PUT', '/_security/api_key', {
    name: 'made by hand',
    role_descriptors: {
      packetbeat_writer: {
        cluster: ['monitor', 'read_ilm', 'read_pipeline'],
        index: [{ names: ['packetbeat-*'], privileges: ['view_index_metadata', 'create_doc', 'auto_configure'] }],
      },
    },
  });
  const { id, api_key: key } = body as { readonly id: string; readonly api_key: string };
  noteForRun(key);
  return `${id}:${key}`;
}

/** What every page finds: a connection `main`, a namespace that it allows, and a key `packetbeat` there. */
async function prepared(page: string): Promise<Stage> {
  const [system, logging] = guests.slice(2 * pages.indexOf(page));
  if (system === undefined || logging === undefined) throw new Error('the world has too few guests');
  const names = {
    'beatkeys-system': system.namespace,
    logging: logging.namespace,
    'https://elasticsearch.example:9200': node.url,
    'https://next.example:9200': next.url,
  };
  const { username, password } = user;
  const ca: Manifest = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'elasticsearch-ca', namespace: system.namespace },
    data: { 'ca.crt': authority },
  };
  await system.apply(secret(system.namespace, 'elasticsearch-credential', { username, password }), ca);
  await logging.kubectl(['label', 'namespace', logging.namespace, 'beatkeys.dev/main=allowed']);
  const authorities = [next.ca ?? '', authority].join('\n');
  // The key that there is at first is the one that leaks.
  const env: Record<string, string> = {
    ES_PASSWORD: node.password,
    OLD_KEY: await handMadeKey(),
    NEXT_USERNAME: nextUser.username,
    NEXT_PASSWORD: nextUser.password,
  };
  const stage = await openStage(controlPlane(), names, { 'ca.crt': authority, 'next-ca.crt': authorities }, env);
  await stage.run('kubectl apply -f examples/01-connection.yaml');
  await stage.run('kubectl apply -f examples/packetbeat.yaml');
  await logging.ready('packetbeat');
  await logging.event('packetbeat', 'KeyIssued');
  env['LEAKED_KEY'] = (await logging.data('packetbeat'))['encoded'] ?? '';
  return stage;
}

describe.for(pages)('docs/%s', { concurrent: true }, (page) => {
  test('every command writes what the page says', async () => {
    const commands = await commandsOn(page);
    expect(commands.length).toBeGreaterThan(2);
    await using stage = await prepared(page);
    for (const { command, output } of commands)
      expect(`$ ${command}\n${steady(await stage.run(command))}`).toBe(`$ ${command}\n${steady(output)}`);
  });
});
