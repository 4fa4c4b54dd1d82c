import { describe, expect, test } from 'vitest';
import type { Grant } from '../../src/kubernetes/rights.ts';
import { compareRights, type Used } from './comparison.ts';

const grants: readonly Grant[] = [
  {
    purpose: 'objects',
    where: 'served',
    rules: [
      { group: 'beatkeys.dev', resource: 'beatapikeys', verbs: ['list', 'patch'] },
      { group: 'beatkeys.dev', resource: 'beatapikeys/status', verbs: ['patch'] },
    ],
  },
  { purpose: 'secrets', where: 'served', rules: [{ group: '', resource: 'secrets', verbs: ['create'] }] },
];
const used = (verb: string, group: string, resource: string, more: Partial<Used> = {}): Used => ({
  ...{ mode: 'listed', verb, group, resource, allowed: true, example: `/of/${resource}`, count: 2 },
  ...more,
});
const everything = [
  used('list', 'beatkeys.dev', 'beatapikeys'),
  used('patch', 'beatkeys.dev', 'beatapikeys'),
  used('patch', 'beatkeys.dev', 'beatapikeys/status'),
  used('create', '', 'secrets'),
];

describe('Rights and what was asked', () => {
  test('agree where each verb was used, and nothing else was', () => {
    expect(compareRights(grants, everything, 'listed')).toEqual({
      granted: 4,
      used: 4,
      requests: 8,
      notGranted: [],
      neverUsed: [],
    });
  });

  test('the question what one may do needs no grant', () => {
    const review = used('create', 'authorization.k8s.io', 'selfsubjectaccessreviews');
    expect(compareRights(grants, [...everything, review], 'listed').notGranted).toEqual([]);
  });

  test('do not agree with one verb more in the chart', () => {
    const planted: Grant = {
      purpose: 'events',
      where: 'served',
      rules: [{ group: 'events.k8s.io', resource: 'events', verbs: ['patch'] }],
    };
    const { neverUsed, notGranted } = compareRights([...grants, planted], everything, 'listed');
    expect(neverUsed).toEqual(['patch events.events.k8s.io']);
    expect(notGranted).toEqual([]);
  });

  test('do not agree with one verb more in the operator', () => {
    const { notGranted } = compareRights(grants, [...everything, used('update', '', 'secrets')], 'listed');
    expect(notGranted).toEqual(['update secrets is not granted: /of/secrets (2 requests)']);
  });

  test('do not agree where one was refused, and what was only ever refused was not used', () => {
    const refused = everything.map((each) => (each.resource === 'secrets' ? { ...each, allowed: false } : each));
    expect(compareRights(grants, refused, 'listed')).toMatchObject({
      used: 3,
      notGranted: ['create secrets was refused, outside of where it is granted: /of/secrets (2 requests)'],
      neverUsed: ['create secrets'],
    });
  });

  test('of another mode do not count', () => {
    const { used: count, neverUsed } = compareRights(grants, everything, 'all');
    expect(count).toBe(0);
    expect(neverUsed).toHaveLength(4);
  });
});
