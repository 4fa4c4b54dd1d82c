import type { Objects } from './objects.ts';
import type { Site } from './site.ts';

/** Everything that an operator might write to, by what it is called, with the version that it has. */
export type Snapshot = Readonly<Record<string, string>>;

/** All objects and Secrets of a site, its events, and the keys of its objects at the server. */
export async function snapshot(site: Site): Promise<Snapshot> {
  const entries = await Promise.all([site.objects, ...site.guests].map((objects) => versions(objects, site)));
  return Object.fromEntries(entries.flat());
}

async function versions(objects: Objects, site: Site): Promise<readonly (readonly [string, string])[]> {
  const kinds = ['BeatApiKey', 'ElasticsearchConnection', 'Secret', 'Event'] as const;
  const stored = await Promise.all(
    kinds.map(async (kind) =>
      (await objects.list(kind)).map(({ metadata }) => [`${kind} ${metadata.name}`, metadata.resourceVersion] as const),
    ),
  );
  const keys = await Promise.all((await objects.list('BeatApiKey')).map((object) => site.keys(object)));
  return [...stored.flat(), ...keys.flat().map((key) => [`key ${key.id}`, JSON.stringify(key)] as const)];
}
