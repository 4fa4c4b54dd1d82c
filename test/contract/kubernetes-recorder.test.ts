import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { API_VERSION } from '../../src/api/names.ts';
import type { BeatApiKey } from '../../src/api/types.ts';
import type { Failure } from '../../src/core/failure.ts';
import { EventRecorder } from '../../src/kubernetes/recorder.ts';
import { FakeClock } from '../builders/fake-clock.ts';
import { controlPlane, createNamespace } from '../testbed/current.ts';
import { mustKubectl } from '../testbed/kubernetes/client.ts';
import { type FaultProxy, startFaultProxy } from './fault-proxy.ts';
import { type Access, eventually, openAccess } from './kubernetes-access.ts';

interface EventOnServer {
  readonly reason: string;
  readonly note: string;
  readonly type: string;
  readonly series?: { readonly count: number };
  readonly regarding: object;
  readonly reportingController: string;
}

describe('the recorder', () => {
  let proxy: FaultProxy;
  let access: Access;
  let namespace: string;
  let remove: () => Promise<void>;
  let now: number;
  let clock: FakeClock;
  let recorder: EventRecorder;
  let failures: Failure[];

  beforeEach(async () => {
    proxy = await startFaultProxy(controlPlane());
    access = openAccess({ url: proxy.url });
    ({ name: namespace, remove } = await createNamespace('recorder'));
    now = Date.now();
    clock = new FakeClock();
    failures = [];
    recorder = new EventRecorder({
      client: access.client,
      now: () => now,
      clock,
      instance: 'pod-1',
      onFailure: (failure) => void failures.push(failure),
    });
  });
  afterEach(async () => {
    await access[Symbol.asyncDispose]();
    await proxy[Symbol.asyncDispose]();
    await remove();
  });

  const object = (name = 'packetbeat'): BeatApiKey => ({
    apiVersion: API_VERSION,
    kind: 'BeatApiKey',
    metadata: { name, namespace, uid: `uid-of-${name}`, resourceVersion: '1', generation: 1, creationTimestamp: '' },
    spec: { connectionRef: { name: 'main' } },
  });
  const issued = { type: 'Normal', reason: 'Issued', action: 'Issue', note: 'key made' } as const;
  const flush = () => recorder.flush(AbortSignal.timeout(10_000));
  async function events(): Promise<EventOnServer[]> {
    const answer = await mustKubectl(controlPlane(), ['get', 'events.events.k8s.io', '-n', namespace, '-o', 'json']);
    return (JSON.parse(answer) as { items: EventOnServer[] }).items;
  }

  test('writes an Event that kubectl shows with its object', async () => {
    recorder.record(object(), issued);
    await flush();
    expect(await events()).toMatchObject([
      {
        ...issued,
        regarding: { kind: 'BeatApiKey', name: 'packetbeat' },
        reportingController: 'beatkeys.dev/operator',
      },
    ]);
    const shown = await mustKubectl(controlPlane(), [
      'events',
      '-n',
      namespace,
      '--for',
      'beatapikey.beatkeys.dev/packetbeat',
    ]);
    expect(shown).toContain('key made');
    expect(failures).toEqual([]);
  });

  test('counts repeats in one Event, also those that came before it was written', async () => {
    for (let index = 0; index < 3; index += 1) recorder.record(object(), issued);
    await flush();
    expect(await events()).toMatchObject([{ series: { count: 3 } }]);
    now += 1_000;
    recorder.record(object(), issued);
    await flush();
    expect(await events()).toMatchObject([{ series: { count: 4 } }]);
  });

  test('does not mix objects, notes, or what lies more than six minutes apart', async () => {
    recorder.record(object(), issued);
    recorder.record(object('heartbeat'), issued);
    recorder.record(object(), { ...issued, note: 'another key made' });
    await flush();
    now += 360_000;
    recorder.record(object(), issued);
    await flush();
    const all = await events();
    expect(all).toHaveLength(4);
    expect(all.every(({ series }) => series === undefined)).toBe(true);
  });

  test('writes anew what someone has deleted', async () => {
    recorder.record(object(), issued);
    await flush();
    await mustKubectl(controlPlane(), ['delete', 'events.events.k8s.io', '-n', namespace, '--all']);
    recorder.record(object(), issued);
    await flush();
    expect(await events()).toMatchObject([{ series: { count: 2 } }]);
  });

  test('takes a refusal as it is and goes on', async () => {
    proxy.fault = () => ({ status: 403 });
    recorder.record(object(), issued);
    await flush();
    proxy.fault = () => undefined;
    recorder.record(object('heartbeat'), issued);
    await flush();
    expect(await events()).toHaveLength(1);
    expect(failures).toMatchObject([{ kind: 'denied', operation: 'create Event' }]);
  });

  test('lets a crowd of Events come one after the other, and all that are left when there is no time to wait', async () => {
    const posts = () => proxy.seen.filter(({ method }) => method === 'POST').length;
    for (let index = 0; index < 80; index += 1) recorder.record(object(`beat-${index}`), issued);
    await eventually(posts).toBe(50);
    await clock.advance(1_000);
    await eventually(posts).toBe(52);
    await flush();
    expect(posts()).toBe(80);
  });

  test('drops what is beyond its limit instead of growing, and a flush ends with its time', async () => {
    proxy.fault = () => 'hang';
    for (let index = 0; index < 5_000; index += 1) recorder.record(object(`beat-${index}`), issued);
    expect(recorder.dropped).toBe(904);
    await recorder.flush(AbortSignal.timeout(50));
    await eventually(() => proxy.seen.length).toBe(1);
  });
});
