import { Arrivals } from './arrivals.ts';
import { isReady } from './kubernetes.ts';
import { beatApiKey, IN_FLIGHT, inFlight, NAMESPACES, PATHS } from './workload.ts';
import type { World } from './world.ts';

const objects = PATHS.objects(NAMESPACES.objects);
const secrets = PATHS.secrets(NAMESPACES.objects);

/** Milliseconds: from the first request until all was done, and from its request for each object. */
export interface Times {
  readonly total: number;
  readonly each: readonly number[];
}

/** Creates objects, so many requests at once, and waits until a watch has seen all of them Ready. */
export async function createObjects({ admin, load, progress }: World, prefix: string, count: number): Promise<Times> {
  const ready = new Arrivals(count);
  const sent = new Map<string, number>();
  using watch = await admin.watch(objects, ({ object }) => {
    if (sent.has(object.metadata.name) && isReady(object)) ready.seen(object.metadata.name);
  });
  using _secrets = await admin.watch(secrets, () => {});
  const began = performance.now();
  await inFlight(count, IN_FLIGHT, async (index) => {
    const name = `${prefix}-${index}`;
    sent.set(name, performance.now());
    await load.send('POST', objects, beatApiKey(name));
  });
  await ready.untilAll('objects are Ready', [watch.failed], progress);
  return { total: ready.last - began, each: [...sent].map(([name, at]) => (ready.at.get(name) ?? NaN) - at) };
}

/** Creates objects one after the other, and says for each how long it took until a watch saw its Secret. */
export async function createOneByOne(
  { admin, load }: World,
  prefix: string,
  count: number,
): Promise<readonly number[]> {
  let secret = new Arrivals(1);
  let ready = new Arrivals(1);
  let name = '';
  using objectWatch = await admin.watch(objects, ({ object }) => {
    if (object.metadata.name === name && isReady(object)) ready.seen(name);
  });
  using secretWatch = await admin.watch(secrets, ({ object }) => {
    if (object.metadata.name === name) secret.seen(name);
  });
  const failed = [objectWatch.failed, secretWatch.failed];
  const times: number[] = [];
  for (let index = 0; index < count; index++) {
    [name, secret, ready] = [`${prefix}-${index}`, new Arrivals(1), new Arrivals(1)];
    const began = performance.now();
    await load.send('POST', objects, beatApiKey(name));
    await secret.untilAll('Secrets are there', failed, () => {});
    times.push(secret.last - began);
    await ready.untilAll('objects are Ready', failed, () => {});
  }
  return times;
}

/** Deletes objects by name, so many requests at once, and waits until a watch has seen them and their Secrets go. */
export async function deleteObjects({ admin, load, progress }: World, names: readonly string[]): Promise<Times> {
  const gone = new Arrivals(names.length);
  const secretsGone = new Arrivals(names.length);
  const sent = new Map<string, number>();
  using objectWatch = await admin.watch(objects, ({ type, object }) => {
    if (type === 'DELETED' && sent.has(object.metadata.name)) gone.seen(object.metadata.name);
  });
  using secretWatch = await admin.watch(secrets, ({ type, object }) => {
    if (type === 'DELETED' && sent.has(object.metadata.name)) secretsGone.seen(object.metadata.name);
  });
  const began = performance.now();
  await inFlight(names.length, IN_FLIGHT, async (index) => {
    const name = names[index] ?? '';
    sent.set(name, performance.now());
    await load.send('DELETE', `${objects}/${name}`);
  });
  const failed = [objectWatch.failed, secretWatch.failed];
  await gone.untilAll('objects are gone', failed, progress);
  await secretsGone.untilAll('Secrets are gone', failed, progress);
  const each = [...sent].map(([name, at]) => (gone.at.get(name) ?? NaN) - at);
  return { total: Math.max(gone.last, secretsGone.last) - began, each };
}

/** The names that {@link createObjects} gives. */
export function namesOf(prefix: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}-${index}`);
}
