import { expect, vi } from 'vitest';
import type { Operator } from '../../operator/operator.ts';

/**
 * Waits until the operator has listed the keys of each of its `connections` so many times more. Every list is followed
 * by a look at every object, so what happens again and again has happened `count` times by then.
 */
export async function rounds(operator: Operator, count: number, connections = 1): Promise<void> {
  const lists = () =>
    operator.count('beatkeys_requests_total', { system: 'Elasticsearch', operation: 'query API keys' });
  const wanted = (await lists()) + count * connections;
  await vi.waitFor(async () => expect(await lists()).toBeGreaterThanOrEqual(wanted), {
    timeout: 90_000,
    interval: 100,
  });
}
