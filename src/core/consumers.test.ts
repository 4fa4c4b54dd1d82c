import { describe, expect, test } from 'vitest';
import { aBeatApiKey } from '../../test/builders/beat-api-key.ts';
import { aJournal } from '../../test/builders/journal.ts';
import { aConsumer, aPod, aWorkload, KEY_ANNOTATION, type ConsumerOptions } from '../../test/builders/workload.ts';
import { consumersOf, consumersOnKey, keyIDAnnotation, restartsDue, waitsFor } from './consumers.ts';
import { Failure } from './failure.ts';
import type { Journal } from './journal.ts';
import { unknown } from './reading.ts';

const denied = new Failure({
  kind: 'denied',
  system: 'Kubernetes',
  operation: 'list Pods',
  code: 'HTTP 403',
  detail: 'a right is missing',
});
/** The key in the Secret since then: whole seconds, as the API server tells them. */
const STORED = Date.UTC(2026, 0, 1);
const SECOND = 1_000;
const carrying = (id: string) => ({ [KEY_ANNOTATION]: id });

describe('consumers of a spec', () => {
  const daemonSet = { kind: 'DaemonSet', name: 'packetbeat' } as const;
  const read = { kind: 'DaemonSet', namespace: 'logging', name: 'packetbeat', restart: false };
  test.for<readonly [string, object, readonly object[] | undefined]>([
    ['are none where it names none', {}, []],
    ['are in its namespace, and not restarted unless that is asked for', { consumers: [daemonSet] }, [read]],
    [
      'are restarted where that is asked for',
      { consumers: [{ ...daemonSet, restart: true }] },
      [{ ...read, restart: true }],
    ],
    ['are read whatever else is wrong', { expiration: 'soon', consumers: [daemonSet] }, [read]],
    ['are not known where they cannot be read', { consumers: [{ kind: 'Job', name: 'x' }] }, undefined],
    ['are not known where they are no list', { consumers: 'packetbeat' }, undefined],
  ])('%s', ([, spec, consumers]) => {
    const object = aBeatApiKey();
    expect(consumersOf({ ...object, spec: { ...object.spec, ...spec } })).toEqual(consumers);
  });
});

describe('the annotation of pod templates', () => {
  const annotation = (name: string): string => keyIDAnnotation(aBeatApiKey({ spec: { secret: { name } } }));

  test('is the name of the Secret', () => {
    expect(annotation('beats')).toBe('beatkeys.dev/beats');
    expect(annotation('n'.repeat(63))).toBe(`beatkeys.dev/${'n'.repeat(63)}`);
  });

  test('is no longer than Kubernetes takes, and differs for names that differ at their end', () => {
    const names = ['a', 'b'].map((end) => annotation(`${'n'.repeat(63)}${end}`));
    for (const name of names) expect(name).toMatch(/^beatkeys\.dev\/n{54}-[0-9a-f]{8}$/);
    expect(new Set(names).size).toBe(2);
  });
});

describe('a replaced key waits for', () => {
  const key = { id: 'key-0', since: STORED };
  const journal = aJournal({ stored: STORED, superseded: [{ ...key, notBefore: STORED }] });
  const waits = (options: ConsumerOptions): string | undefined =>
    waitsFor(aConsumer(options), key, journal, KEY_ANNOTATION);

  test.for<readonly [string, ConsumerOptions, string]>([
    ['one that may not be read', { workload: unknown(denied) }, `DaemonSet/packetbeat: ${denied.message}`],
    ['one that does not exist', { workload: 'absent' }, 'DaemonSet/packetbeat, which does not exist'],
    [
      'one whose counts are of an older spec',
      { workload: aWorkload({ observed: false }) },
      'DaemonSet/packetbeat, whose controller has not seen its newest spec',
    ],
    [
      'pods that are to be replaced',
      { workload: aWorkload({ updated: 1, available: 3 }) },
      'DaemonSet/packetbeat 1 of 3 pods',
    ],
    [
      'pods that are replaced and not available',
      { workload: aWorkload({ updated: 3, available: 2 }) },
      'DaemonSet/packetbeat 2 of 3 pods',
    ],
    [
      'pods that nobody replaces before they are deleted',
      { workload: aWorkload({ updated: 0, heldBy: 'OnDelete' }) },
      'DaemonSet/packetbeat 0 of 3 pods, whose pods are replaced when someone deletes them (OnDelete)',
    ],
    [
      'one that is paused',
      { workload: aWorkload({ updated: 0, heldBy: 'paused' }) },
      'DaemonSet/packetbeat 0 of 3 pods, which is paused',
    ],
    [
      'one with a partition',
      { workload: aWorkload({ updated: 2, heldBy: 'partition' }) },
      'DaemonSet/packetbeat 2 of 3 pods, whose partition holds pods back',
    ],
    ['pods that may not be read', { pods: unknown(denied) }, `DaemonSet/packetbeat: ${denied.message}`],
    ['pods of the second of the switch', { pods: [aPod({ created: STORED })] }, 'DaemonSet/packetbeat 0 of 1 pods'],
    [
      'the last pod that was made before it',
      { pods: [aPod({ created: STORED + SECOND }), aPod()] },
      'DaemonSet/packetbeat 1 of 2 pods',
    ],
    [
      'a pod that took the replaced key up',
      { pods: [aPod({ keyIDs: carrying('key-0') })] },
      'DaemonSet/packetbeat 0 of 1 pods',
    ],
    [
      'a pod that took up a key before that',
      { pods: [aPod({ keyIDs: carrying('older') })] },
      'DaemonSet/packetbeat 0 of 1 pods',
    ],
  ])('%s', ([, options, wait]) => {
    expect(waits(options)).toBe(wait);
  });

  test.for<readonly [string, ConsumerOptions]>([
    ['no pods that were not looked at', {}],
    ['no pods where none shall run', { workload: aWorkload({ desired: 0, updated: 0, available: 0 }), pods: [] }],
    ['no pod that says that it took up the current key', { pods: [aPod({ keyIDs: carrying('key-1') })] }],
    ['no pod that was made a second later', { pods: [aPod({ created: STORED + SECOND })] }],
    ['more pods than are wanted', { workload: aWorkload({ desired: 1 }) }],
  ])('%s', ([, options]) => {
    expect(waits(options)).toBeUndefined();
  });

  test('the pods of a key after it, which may use that one still', () => {
    const second = { id: 'key-a', since: STORED - 10 * SECOND, notBefore: 0 };
    const third = { id: 'key-b', since: STORED, notBefore: 0 };
    const of = (pods: Partial<ReturnType<typeof aPod>>) => (replaced: typeof third) =>
      waitsFor(
        aConsumer({ pods: [aPod(pods)] }),
        replaced,
        aJournal({ stored: STORED, superseded: [second, third] }),
        KEY_ANNOTATION,
      );
    // Made while key-b was in the Secret, or said to have taken it up: past key-a, not past key-b.
    for (const pods of [{ created: STORED - 5 * SECOND }, { keyIDs: carrying('key-b') }]) {
      expect([second, third].map(of(pods))).toEqual([undefined, 'DaemonSet/packetbeat 0 of 1 pods']);
    }
  });
});

test('on the current key are consumers all of whose pods are known to have it', () => {
  const named = (name: string, options: ConsumerOptions) => {
    const view = aConsumer(options);
    return { ...view, consumer: { ...view.consumer, name } };
  };
  const young = aPod({ created: STORED + SECOND });
  const views = [
    named('moved', { pods: [young, aPod({ keyIDs: carrying('key-1') })] }),
    named('moved-by-itself', { restart: false, pods: [young] }),
    named('behind', { pods: [young, aPod()] }),
    named('without-pods', { pods: [] }),
    named('not-looked-at', {}),
    named('not-readable', { pods: unknown(denied) }),
    named('absent', { workload: 'absent' }),
  ];
  expect(consumersOnKey(views, aJournal({ stored: STORED }), KEY_ANNOTATION)).toEqual({
    keyID: 'key-1',
    consumers: ['DaemonSet/moved', 'DaemonSet/moved-by-itself'],
  });
});

describe('for the current key', () => {
  const due = (options: ConsumerOptions, journal: Partial<Journal> = {}): readonly string[] =>
    restartsDue([aConsumer(options)], aJournal({ stored: STORED, reason: 'Expiring', ...journal }), KEY_ANNOTATION).map(
      ({ name }) => name,
    );

  test.for<readonly [string, ConsumerOptions]>([
    ['pods that nobody looked at are replaced', {}],
    ['pods that were made before it are replaced', { pods: [aPod({ created: STORED + SECOND }), aPod()] }],
    ['pods of the second of the switch are replaced', { pods: [aPod({ created: STORED })] }],
    ['pods that may not be read are replaced', { pods: unknown(denied) }],
    ['the template is changed of one that has no pods yet', { pods: [] }],
    ['a template with another key is changed', { workload: aWorkload({ keyIDs: carrying('key-0') }) }],
  ])('%s', ([, options]) => {
    expect(due(options)).toEqual(['packetbeat']);
  });

  test.for<readonly [string, ConsumerOptions, Partial<Journal>?]>([
    ['nothing is restarted at the first issue', {}, { reason: 'FirstIssue' }],
    ['nothing is restarted where that is not asked for', { restart: false }],
    ['nothing is restarted twice', { workload: aWorkload({ keyIDs: carrying('key-1') }), pods: [aPod()] }],
    ['nothing is restarted whose pods are all younger', { pods: [aPod({ created: STORED + SECOND })] }],
    ['nothing is restarted whose pods all took it up', { pods: [aPod({ keyIDs: carrying('key-1') })] }],
    ['nothing is restarted that does not exist', { workload: 'absent' }],
    ['nothing is restarted that may not be read', { workload: unknown(denied) }],
    ['nothing is tried again at once that Kubernetes refused', { refusal: denied }],
  ])('%s', ([, options, journal]) => {
    expect(due(options, journal)).toEqual([]);
  });
});
