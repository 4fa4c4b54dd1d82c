import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { arrange, points, type Overlap } from './leaders/overlap.ts';
import { isOfLease, lease, openReplicas } from './leaders/replicas.ts';

const replicas = await openReplicas({ settings: lease(15, 12) });

const stack = new AsyncDisposableStack();
stack.defer(() => replicas.close());

describe('A leader that stands still in the middle of effects until its lease is over, and then wakes up', () => {
  let overlap: Overlap;
  let exitCode: number | null;
  /** What was asked of Elasticsearch while nobody led. */
  let asked: number;
  beforeAll(async () => {
    overlap = stack.use(await arrange(replicas));
    const { former, heir, elasticsearch } = overlap;
    former.operator.pause();
    const inherited = overlap.inherit();
    // What was sent before the pause has come through by then.
    const looks = () => heir.kubernetes.seen.filter(isOfLease).length;
    const [before, enough] = [looks(), 3];
    await vi.waitFor(() => expect(looks()).toBeGreaterThanOrEqual(before + enough), { timeout: 90_000 });
    const { length } = elasticsearch.seen;
    await heir.operator.untilLine('leading');
    asked = elasticsearch.seen.length - length;
    await inherited;
    await overlap.release();
    former.operator.resume();
    exitCode = await former.operator.exitCode();
  });
  afterAll(() => stack.disposeAsync());

  test('exits with 1', () => expect(exitCode).toBe(1));

  test.each(points.map((point) => [point.what, point] as const))(
    'while %s: one key lives in the end, and none was stored twice',
    (_what, point) => overlap.expectWell(point),
  );

  test('leaves what is not its own as it is, and so does the next one', () => overlap.bystanders.expectUntouched());

  test('leaves Elasticsearch in peace until the next one leads', () => expect(asked).toBe(0));
});
