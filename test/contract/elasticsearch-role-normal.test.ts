import { test as propertyTest } from '@fast-check/vitest';
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { contentDigest } from '../../src/core/role-normal.ts';
import type { KeyRequest } from '../../src/core/key-record.ts';
import { elasticsearch, elasticsearchVersions } from '../testbed/current.ts';
import { aKeyRequest, aMark, calm, open, targetOf } from './elasticsearch-fixture.ts';
import { documented } from './documented-role-descriptors.ts';
import { content } from './role-descriptor-arbitrary.ts';

type Content = Pick<KeyRequest, 'roleDescriptors' | 'userMetadata'>;

/** Those whose keys, as Elasticsearch lists them, do not compare equal to what was asked for. */
async function changedOnTheWay(version: string, contents: readonly Content[]): Promise<readonly Content[]> {
  await using store = open(targetOf(elasticsearch(version)));
  const mark = aMark();
  const wanted = await Promise.all(
    contents.map(async (each) => {
      const { id } = await store.keys.create(aKeyRequest({ ...each, mark, expiration: '10m' }), calm);
      return [id, each] as const;
    }),
  );
  const listed = await vi.waitFor(
    async () => {
      const records = await store.keys.inventory(mark.installation, calm);
      expect(records).toHaveLength(contents.length);
      return new Map(records.map((record) => [record.id, record.contentDigest]));
    },
    { timeout: 20_000, interval: 200 },
  );
  return wanted
    .filter(([id, each]) => listed.get(id) !== contentDigest(each.roleDescriptors, each.userMetadata))
    .map(([, each]) => each);
}

describe.each(elasticsearchVersions())('role descriptors read back from Elasticsearch %s', (version) => {
  test('compare equal to those of the documentation, and to every field that there is', async () => {
    const contents = Object.values(documented).map((roleDescriptors) => ({
      roleDescriptors: roleDescriptors as Content['roleDescriptors'],
      userMetadata: { team: 'network', 'a.b': 1, nested: { empty: {}, list: [null, 1.5] } },
    }));
    expect(await changedOnTheWay(version, contents)).toEqual([]);
  });

  propertyTest.prop([fc.array(content, { minLength: 60, maxLength: 60 })], { numRuns: 1, endOnFailure: true })(
    'compare equal to whatever a user may write',
    async (contents) => {
      expect(await changedOnTheWay(version, contents as Content[])).toEqual([]);
    },
  );
});
