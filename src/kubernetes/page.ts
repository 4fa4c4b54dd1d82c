import { Failure } from '../core/failure.ts';
import type { Answer } from './answer.ts';
import { type Attempt, failureOfAnswer, NOT_KUBERNETES } from './failure.ts';
import { fieldOf, isObject, type KubernetesObject, placeOf } from './object.ts';

/** A part of a list. */
export interface Page {
  readonly items: readonly KubernetesObject[];
  /** What to call the objects among them that are not of the form that Kubernetes promises. */
  readonly odd: readonly string[];
  /** Version of the whole list, the same on every page. */
  readonly resourceVersion: string;
}

/** Reads one; throws `Failure`. What tells where the next one begins is `token`. */
export function takePage(
  attempt: Attempt,
  { status, body, retryAfterMs }: Answer,
): Page & { token: string | undefined } {
  if (status >= 300) throw failureOfAnswer(attempt, status, body, retryAfterMs);
  const items = fieldOf(body, 'items') ?? [];
  const metadata = fieldOf(body, 'metadata');
  const resourceVersion = fieldOf(metadata, 'resourceVersion');
  const token = fieldOf(metadata, 'continue');
  if (!Array.isArray(items) || typeof resourceVersion !== 'string') throw notKubernetes(attempt);
  const read: KubernetesObject[] = [];
  const odd: string[] = [];
  for (const item of items as readonly unknown[]) {
    if (isObject(item)) read.push(item);
    else odd.push(placeOf(item));
  }
  return {
    ...{ items: read, odd, resourceVersion },
    token: typeof token === 'string' && token !== '' ? token : undefined,
  };
}

/** The failure of an answer that is well-formed, but not what an API server would say. */
export function notKubernetes({ operation }: Attempt): Failure {
  const detail = 'the answer is not one of a Kubernetes API server';
  return new Failure({ kind: 'unsupported', system: 'Kubernetes', operation, code: NOT_KUBERNETES, detail });
}
