/**
 * A program that plays kubelet on every node of a throw-away control plane: a pod that the scheduler has placed becomes
 * Running and Ready (a Job's: Succeeded), a pod that is being deleted goes away.
 *
 * API_URL and TOKEN say where and who; NODE_EXTRA_CA_CERTS must name the CA. Annotations of a pod change its fate:
 * `beatkeys.test/ready-ms` is the time until it is Ready (50), and `beatkeys.test/state` is one of `pending` (nothing
 * happens), `unready` (Running, never Ready) and `crash` (CrashLoopBackOff).
 */
import { setTimeout as wait } from 'node:timers/promises';
import { readyAfter, startedStatus, wantedState } from './pod-status.ts';
import type { Pod } from './pod-status.ts';

const { API_URL: apiUrl = '', TOKEN: token = '' } = process.env;
const stopAfter = 50;
const watchSeconds = 240;
const retryAfter = 200;
const patience = 10_000;

/** What is under way or done, by pod and step, so that each step is done once. */
const begun = new Set<string>();
let addresses = 0;

async function call(method: string, path: string, body?: object, type = 'application/json'): Promise<unknown> {
  const answer = await fetch(apiUrl + path, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': type },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(patience),
  });
  const text = await answer.text();
  if (answer.ok) return JSON.parse(text);
  // The pod is gone by now; the watch will say so.
  if (answer.status === 404) return undefined;
  throw new Error(`${method} ${path}: ${answer.status} ${text}`);
}

function pathOf({ metadata }: Pod): string {
  return `/api/v1/namespaces/${metadata.namespace}/pods/${metadata.name}`;
}

/** A step that fails is tried again until the pod is gone: the watch tells of a pod only when it changes. */
function once(pod: Pod, step: 'start' | 'stop', afterMs: number, act: () => Promise<unknown>): void {
  const key = `${step} ${pod.metadata.uid}`;
  if (begun.has(key)) return;
  begun.add(key);
  const attempt = (): void => {
    if (!begun.has(key)) return;
    act().catch((error: unknown) => {
      console.error(String(error));
      setTimeout(attempt, retryAfter);
    });
  };
  setTimeout(attempt, afterMs);
}

function remove(pod: Pod): Promise<unknown> {
  const options = { gracePeriodSeconds: 0, preconditions: { uid: pod.metadata.uid } };
  return call('DELETE', pathOf(pod), { kind: 'DeleteOptions', apiVersion: 'v1', ...options });
}

function start(pod: Pod): Promise<unknown> {
  const at = new Date().toISOString().replace(/\.\d+/, '');
  const patch = { metadata: { uid: pod.metadata.uid }, status: startedStatus(pod, ++addresses, at) };
  return call('PATCH', `${pathOf(pod)}/status`, patch, 'application/strategic-merge-patch+json');
}

function seen(pod: Pod): void {
  if (pod.spec.nodeName === undefined) return;
  if (pod.metadata.deletionTimestamp !== undefined) once(pod, 'stop', stopAfter, () => remove(pod));
  else if (pod.status.phase === 'Pending' && wantedState(pod) !== 'pending') {
    once(pod, 'start', readyAfter(pod), () => start(pod));
  }
}

/** Lists all pods, then follows their changes until the server ends the watch. */
async function follow(): Promise<void> {
  const list = (await call('GET', '/api/v1/pods')) as { items: Pod[]; metadata: { resourceVersion: string } };
  // What went while nobody watched is forgotten here.
  const there = new Set(list.items.map(({ metadata }) => metadata.uid));
  for (const key of begun) if (!there.has(key.split(' ')[1] ?? '')) begun.delete(key);
  list.items.forEach(seen);
  const query = `watch=1&timeoutSeconds=${watchSeconds}&resourceVersion=${list.metadata.resourceVersion}`;
  const watch = await fetch(`${apiUrl}/api/v1/pods?${query}`, { headers: { authorization: `Bearer ${token}` } });
  let rest = '';
  for await (const part of watch.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    const lines = (rest + part).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const { type, object } = JSON.parse(line) as { type: string; object: Pod };
      if (type === 'ERROR') throw new Error(`watch: ${line}`);
      if (type !== 'DELETED') seen(object);
      else for (const step of ['start', 'stop']) begun.delete(`${step} ${object.metadata.uid}`);
    }
  }
}

// The test bed ends this program; tests take the API server away for a while, so it goes on looking for it.
for (;;) {
  try {
    await follow();
  } catch (error) {
    console.error(String(error));
    await wait(500);
  }
}
