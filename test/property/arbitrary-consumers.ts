import { fc } from '@fast-check/vitest';
import type { ConsumerView } from '../../src/core/consumers.ts';
import { Failure } from '../../src/core/failure.ts';
import { known, unknown } from '../../src/core/reading.ts';
import type { Pod, Workload } from '../../src/core/workload.ts';
import { KEY_ID_PREFIX } from '../../src/api/names.ts';

const denied = new Failure({ kind: 'denied', system: 'Kubernetes', operation: 'list pods', code: 'HTTP 403' });
const kind = fc.constantFrom('DaemonSet' as const, 'Deployment' as const, 'StatefulSet' as const);
const count = fc.integer({ min: 0, max: 4 });

/** Consumers as a pass may come to know them; `id` and `instant` are those of the keys. */
export function arbitraryConsumers(
  id: fc.Arbitrary<string>,
  instant: fc.Arbitrary<number>,
): fc.Arbitrary<readonly ConsumerView[] | undefined> {
  const keyIDs = fc
    .option(id, { nil: undefined })
    .map((one): Readonly<Record<string, string>> => (one === undefined ? {} : { [`${KEY_ID_PREFIX}packetbeat`]: one }));
  const pods: fc.Arbitrary<readonly Pod[]> = fc.array(fc.record({ name: fc.string(), created: instant, keyIDs }), {
    maxLength: 4,
  });
  const workload = fc
    .record({
      observed: fc.boolean(),
      desired: count,
      updated: count,
      available: count,
      heldBy: fc.constantFrom(undefined, 'paused' as const, 'OnDelete' as const, 'partition' as const),
      keyIDs,
    })
    .map(({ heldBy, ...rest }) => ({ ...rest, ...(heldBy === undefined ? {} : { heldBy }) }));
  const view = fc
    .record({
      kind,
      restart: fc.boolean(),
      workload: fc.option(workload, { nil: undefined }),
      pods: fc.option(pods, { nil: undefined }),
      unreadable: fc.boolean(),
      refused: fc.boolean(),
    })
    .map(({ kind: given, restart, workload: seen, pods: found, unreadable, refused }): ConsumerView => {
      const place = { kind: given, namespace: 'logging', name: 'packetbeat' };
      const value: Workload | undefined = seen === undefined ? undefined : { ...place, uid: 'workload-1', ...seen };
      return {
        consumer: { ...place, restart },
        workload: unreadable ? unknown(denied) : known(value),
        ...(found === undefined ? {} : { pods: unreadable ? unknown(denied) : known(found) }),
        ...(refused ? { refusal: denied } : {}),
      };
    });
  return fc.option(fc.array(view, { maxLength: 3 }), { nil: undefined, freq: 8 });
}
