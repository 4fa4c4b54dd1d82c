import { expect, vi } from 'vitest';
import type { BeatApiKey, ElasticsearchConnectionSpec } from '../../src/api/types.ts';
import { createNamespace, elasticsearch } from '../testbed/current.ts';
import type { ControlPlane, ElasticsearchNode } from '../testbed/servers.ts';
import type { ApiServer } from './api-server.ts';
import { aBeat, type Beat } from './beat.ts';
import type { Leaks } from '../leaks/leaks.ts';
import { createLendingUser, everyPreset, type Lendable, type LendingUser } from './lending-user.ts';
import { connection, reachedAt, type CAKind } from './manifests.ts';
import { Objects } from './objects.ts';
import { noteSecrets } from './secret-watch.ts';
import { keysOf, type ServerKey } from './server-keys.ts';

export interface SiteOptions {
  /** Fields of the connection `main`. */
  readonly connection?: Partial<ElasticsearchConnectionSpec>;
  readonly caKind?: CAKind;
  /** What the connection's user holds; what all presets need unless given. */
  readonly privileges?: Lendable;
  /** Puts something that speaks plain HTTP between the operator and Elasticsearch. */
  readonly front?: (node: ElasticsearchNode) => Promise<{ readonly url: string }>;
  /** How many more namespaces there are, without a connection. */
  readonly guests?: number;
}

/** Longer than an attempt may take and a key may overlap, milliseconds. */
const PATIENCE = { timeout: 90_000, interval: 500 };

/** One version of Elasticsearch, a user of it, and namespaces; in the first is a connection `main`. */
export interface Site {
  readonly node: ElasticsearchNode;
  readonly user: LendingUser;
  readonly objects: Objects;
  /** The further namespaces. */
  readonly guests: readonly Objects[];
  /** A Beat with the key that a Secret holds now. */
  beat(secret: string): Promise<Beat>;
  /** Every key that was ever made for an object. */
  keys(object: { readonly metadata: { readonly uid: string } }): Promise<readonly ServerKey[]>;
  /** Waits until the key that the object's status names is the only one of its keys that lives. */
  untilOneLives(object: BeatApiKey): Promise<void>;
}

/** What all sites of a world share; what a site makes goes away with `stack`. */
export interface Ground {
  readonly plane: ControlPlane;
  readonly api: ApiServer;
  readonly leaks: Leaks;
  readonly stack: AsyncDisposableStack;
}

export async function openSite(version: string, ground: Ground, options: SiteOptions): Promise<Site> {
  const { stack, leaks } = ground;
  const node = stack.adopt(elasticsearch(version), (client) => client.close());
  const user = stack.use(await createLendingUser(node, options.privileges ?? everyPreset));
  leaks.note(user.password);
  const objects = await openNamespace(ground);
  const guests = await Promise.all(Array.from({ length: options.guests ?? 0 }, () => openNamespace(ground)));
  const reached = options.front === undefined ? node : reachedAt((await options.front(node)).url, node);
  await objects.apply(...connection(objects.namespace, 'main', reached, user, options.connection, options.caKind));
  return {
    ...{ node, user, objects, guests },
    beat: async (secret) => aBeat(node, (await objects.data(secret))['encoded'] ?? ''),
    keys: ({ metadata }) => keysOf(node, metadata.uid),
    untilOneLives: async ({ metadata, status }) => {
      const living = async () => (await keysOf(node, metadata.uid)).filter(({ invalidated }) => !invalidated);
      await vi.waitFor(async () => expect((await living()).map(({ id }) => id)).toEqual([status?.keyID]), PATIENCE);
    },
  };
}

/** A namespace whose Secrets' values are all taken note of. */
export async function openNamespace({ plane, api, leaks, stack }: Ground): Promise<Objects> {
  const { name, remove } = await createNamespace('scenario', plane);
  const objects = new Objects(name, plane, api);
  stack.defer(remove);
  stack.defer(() => dropFinalizers(objects));
  stack.use(noteSecrets(api, name, leaks));
  return objects;
}

/** So that a namespace can go although no operator is left to release its objects. */
async function dropFinalizers(objects: Objects): Promise<void> {
  for (const kind of ['BeatApiKey', 'ElasticsearchConnection'] as const) {
    for (const { metadata } of await objects.list(kind)) {
      if ((metadata.finalizers ?? []).length > 0)
        await objects.patch(kind, metadata.name, { metadata: { finalizers: null } });
    }
  }
}
