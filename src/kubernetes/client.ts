import { Failure } from '../core/failure.ts';
import type { Answer } from './answer.ts';
import { type Attempt, failureOfAnswer, failureOfError, saysGone, TOO_LARGE } from './failure.ts';
import { fieldOf, isObject, type KubernetesObject } from './object.ts';
import { notKubernetes, type Page, takePage } from './page.ts';
import { outOfReach, type Reach } from './reach.ts';
import {
  type CollectionPath,
  collectionURL,
  EVERYWHERE,
  type ObjectPath,
  objectURL,
  rbacName,
  watchURL,
} from './resource.ts';
import type { Limits, Transport } from './transport.ts';

/** One step of a JSON Patch (RFC 6902). */
export type JSONPatchStep =
  | { readonly op: 'add' | 'test'; readonly path: string; readonly value: unknown }
  | { readonly op: 'remove'; readonly path: string };

export interface ReadOptions {
  readonly signal?: AbortSignal | undefined;
  /** Left out: 10 s. */
  readonly timeoutMs?: number;
  /** Answers a PartialObjectMetadata: for a Secret, nothing secret. */
  readonly metadataOnly?: boolean;
  /** For a GET: whatever the API server has in its cache will do, without asking etcd (`resourceVersion=0`). */
  readonly cached?: boolean;
}

export interface WriteOptions extends ReadOptions {
  readonly fieldManager: string;
  readonly subresource?: 'status';
  /** The API server checks everything, admission included, and writes nothing: the answer may have no version. */
  readonly dryRun?: boolean;
}

export interface ListOptions extends ReadOptions {
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
}

export interface StreamOptions {
  readonly signal: AbortSignal;
  /** How long nothing at all may come before the connection counts as dead, milliseconds. */
  readonly silenceMs: number;
  /** How long it may go on although something comes, milliseconds. */
  readonly longestMs: number;
  readonly metadataOnly?: boolean;
}

/** What the API server judges by; it keeps neither. */
export type ReviewKind = 'SelfSubjectAccessReview' | 'SelfSubjectRulesReview' | 'SubjectAccessReview';

/** What a DELETE holds the object to. */
export interface Preconditions {
  readonly uid: string;
  readonly resourceVersion: string;
}

const PAGE = 500;
/** Shorter than a lease of the usual length, so that a leader may begin a call and see its end. */
const CALL_TIMEOUT_MS = 10_000;
const PAGE_TIMEOUT_MS = 60_000;
/** An object of 1.5 MiB is the most that etcd takes by default; JSON may be somewhat longer. */
const OBJECT_BYTES = 8 << 20;
const PAGE_BYTES = 32 << 20;
/** Three times as many as a cluster may have pods, the most of all kinds (150,000); a list that goes on has no end. */
const MOST_LISTED = 500_000;

/** Code of a call that this process must not make. */
const OUT_OF_REACH = 'OutOfReach';

/** Asks for a PartialObjectMetadata. */
const METADATA = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1';
const METADATA_LIST = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1';

/**
 * The verbs of the API server in JSON. Every method rejects with `Failure` and nothing else. Nothing is retried. What is
 * out of reach is refused here, and nothing is sent.
 */
export class Client {
  readonly #transport: Transport;
  readonly #reach: Reach;
  readonly #pageBytes: number;

  /** `pageBytes`: the most that a page of a list may take. */
  constructor(transport: Transport, reach: Reach, pageBytes: number = PAGE_BYTES) {
    this.#transport = transport;
    this.#reach = reach;
    this.#pageBytes = pageBytes;
  }

  /** The object, or `undefined` where there is none. */
  async get<T>(path: ObjectPath<T>, options: ReadOptions = {}): Promise<T | undefined> {
    const attempt = this.#attempt('get', path);
    const url = options.cached === true ? `${objectURL(path)}?resourceVersion=0` : objectURL(path);
    const answer = await this.#call(attempt, { method: 'GET', path: url }, options);
    return saysGone(answer.body, path.name) ? undefined : take<T>(attempt, answer);
  }

  /** Metadata of the object, or `undefined` where there is none. */
  getMetadata(path: ObjectPath<unknown>, options: ReadOptions = {}): Promise<KubernetesObject | undefined> {
    return this.get<KubernetesObject>(path as ObjectPath<KubernetesObject>, { ...options, metadataOnly: true });
  }

  /**
   * Lists page by page, so that memory and the server's load stay bounded. A page that turns out too large is asked for
   * again in smaller pieces. Fails with the code `Expired` when the server forgets the list half-way: begin anew.
   */
  async *pages(path: CollectionPath<unknown>, options: ListOptions = {}): AsyncGenerator<Page> {
    const { name } = path;
    if (!path.resource.namespaced && name !== undefined) {
      yield await this.#only({ resource: path.resource, name }, options);
      return;
    }
    const attempt = this.#attempt('list', path);
    const accept = options.metadataOnly === true ? METADATA_LIST : 'application/json';
    const limits = { timeoutMs: options.timeoutMs ?? PAGE_TIMEOUT_MS, mostBytes: this.#pageBytes };
    let limit = PAGE;
    let asked = 0;
    let token: string | undefined;
    for (;;) {
      const query = new URLSearchParams({ ...selectors(options), limit: String(limit) });
      if (token !== undefined) query.set('continue', token);
      const request = { method: 'GET', path: `${collectionURL(path)}?${query.toString()}` } as const;
      let page: ReturnType<typeof takePage>;
      try {
        page = takePage(attempt, await this.#call(attempt, request, options, { accept }, limits));
      } catch (error) {
        if (!(error instanceof Failure) || error.code !== TOO_LARGE || limit === 1) throw error;
        limit = Math.ceil(limit / 8);
        continue;
      }
      yield page;
      asked += limit;
      if (page.token === undefined) return;
      if (page.token === token || asked > MOST_LISTED) throw notKubernetes(attempt);
      token = page.token;
    }
  }

  async create<T>(path: CollectionPath<T> & { namespace: string }, body: object, options: WriteOptions): Promise<T> {
    const attempt = this.#attempt('create', path);
    const url = `${collectionURL(path)}?${managed(options)}`;
    return take<T>(attempt, await this.#call(attempt, { method: 'POST', path: url, body }, options), options);
  }

  /** All steps or none; a step that does not fit fails as `conflict`. */
  jsonPatch<T>(path: ObjectPath<T>, steps: readonly JSONPatchStep[], options: WriteOptions): Promise<T> {
    return this.#patch(path, steps, 'application/json-patch+json', options);
  }

  /** RFC 7396; with `metadata.uid` or `metadata.resourceVersion` in it, another one fails as `conflict`. */
  mergePatch<T>(path: ObjectPath<T>, body: object, options: WriteOptions): Promise<T> {
    return this.#patch(path, body, 'application/merge-patch+json', options);
  }

  /** `gone`, also where it was gone before; or the object, when finalizers keep it for now. */
  async remove(path: ObjectPath<unknown>, preconditions: Preconditions): Promise<'gone' | KubernetesObject> {
    const attempt = this.#attempt('delete', path);
    const body = { apiVersion: 'v1', kind: 'DeleteOptions', preconditions };
    const answer = await this.#call(attempt, { method: 'DELETE', path: objectURL(path), body }, { metadataOnly: true });
    if (saysGone(answer.body, path.name)) return 'gone';
    if (answer.status < 300 && fieldOf(answer.body, 'kind') === 'Status') return 'gone';
    return take<KubernetesObject>(attempt, answer);
  }

  /** Has the API server judge what the caller may do; `kind` is one of `authorization.k8s.io/v1`. Answers its status. */
  async review(kind: ReviewKind, spec: object, { signal }: Pick<ReadOptions, 'signal'> = {}): Promise<unknown> {
    const plural = `${kind.toLowerCase()}s`;
    const attempt: Attempt = {
      operation: `create ${kind}`,
      verb: 'create',
      resource: `${plural}.authorization.k8s.io`,
    };
    const body = { apiVersion: 'authorization.k8s.io/v1', kind, spec };
    const path = `/apis/authorization.k8s.io/v1/${plural}`;
    const answer = await this.#call(attempt, { method: 'POST', path, body }, { signal });
    if (answer.status >= 300) throw failureOfAnswer(attempt, answer.status, answer.body, answer.retryAfterMs);
    return fieldOf(answer.body, 'status');
  }

  /**
   * An answer that goes on until the server, the signal, or `silenceMs` without a byte ends it; its headers have come
   * when this resolves. What breaks it later is thrown as it is.
   */
  async stream(
    path: CollectionPath<unknown>,
    query: URLSearchParams,
    { signal, silenceMs, longestMs, metadataOnly = false }: StreamOptions,
  ): Promise<AsyncIterable<Uint8Array>> {
    const attempt = this.#attempt('watch', path);
    const headers = { accept: metadataOnly ? METADATA : 'application/json' };
    const call = { method: 'GET', path: `${watchURL(path)}?${query.toString()}`, signal, headers } as const;
    const stream = await this.#transport
      .stream({ ...call, operation: attempt.operation }, { silenceMs, longestMs })
      .catch((error: unknown) => {
        throw failureOfError(attempt, error, signal);
      });
    if ('chunks' in stream) return stream.chunks;
    const { status, body, retryAfterMs } = stream.answer;
    throw failureOfAnswer(attempt, status, body, retryAfterMs);
  }

  /** A list of one object that is read by its name; it has no version of its own. */
  async #only(path: ObjectPath<unknown>, options: ListOptions): Promise<Page> {
    const object = await this.get<KubernetesObject>(path as ObjectPath<KubernetesObject>, options);
    return { items: object === undefined ? [] : [object], odd: [], resourceVersion: '' };
  }

  #attempt(verb: Attempt['verb'], path: CollectionPath<unknown>, subresource?: string): Attempt {
    const attempt = attemptOf(verb, path, subresource);
    const reason = outOfReach(this.#reach, verb, path);
    if (reason === undefined) return attempt;
    const { operation } = attempt;
    const detail = `${reason}; nothing was asked`;
    throw new Failure({ kind: 'denied', system: 'Kubernetes', operation, code: OUT_OF_REACH, detail });
  }

  async #patch<T>(path: ObjectPath<T>, body: object, contentType: string, options: WriteOptions): Promise<T> {
    const attempt = this.#attempt('patch', path, options.subresource);
    const url = `${objectURL(path, options.subresource)}?${managed(options)}`;
    const headers = { 'content-type': contentType };
    const answer = await this.#call(attempt, { method: 'PATCH', path: url, body }, options, headers);
    return take<T>(attempt, answer, options);
  }

  async #call(
    attempt: Attempt,
    request: { readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE'; readonly path: string; readonly body?: object },
    { signal, timeoutMs = CALL_TIMEOUT_MS, metadataOnly = false }: ReadOptions,
    headers: Readonly<Record<string, string>> = {},
    limits: Limits = { timeoutMs, mostBytes: OBJECT_BYTES },
  ): Promise<Answer> {
    const { method, path, body } = request;
    const accept = metadataOnly ? METADATA : 'application/json';
    const content = body === undefined ? {} : { 'content-type': 'application/json' };
    try {
      return await this.#transport.send(
        {
          operation: attempt.operation,
          method,
          path,
          signal,
          headers: { accept, ...content, ...headers },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        },
        limits,
      );
    } catch (error) {
      throw failureOfError(attempt, error, signal);
    }
  }
}

/** What is tried, as failures and metrics name it. Kubernetes takes what is asked of one Namespace as asked in it. */
export function attemptOf(verb: Attempt['verb'], path: CollectionPath<unknown>, subresource?: string): Attempt {
  const { resource, name } = path;
  const namespace = resource.namespaced ? path.namespace : name;
  const many = verb === 'list' || verb === 'watch' ? 's' : '';
  return {
    operation: `${verb} ${resource.kind}${subresource === undefined ? many : ` ${subresource}`}`,
    verb,
    resource: rbacName(resource, subresource),
    namespace: namespace === EVERYWHERE ? undefined : namespace,
  };
}

/** The selectors of a list or watch as query parameters. */
export function selectors({ labelSelector, fieldSelector }: ListOptions): Record<string, string> {
  return {
    ...(labelSelector === undefined ? {} : { labelSelector }),
    ...(fieldSelector === undefined ? {} : { fieldSelector }),
  };
}

function managed({ fieldManager, dryRun = false }: WriteOptions): string {
  return new URLSearchParams({ fieldManager, ...(dryRun ? { dryRun: 'All' } : {}) }).toString();
}

function take<T>(
  attempt: Attempt,
  { status, body, retryAfterMs }: Answer,
  { dryRun = false }: Pick<WriteOptions, 'dryRun'> = {},
): T {
  if (status >= 300) throw failureOfAnswer(attempt, status, body, retryAfterMs);
  if (!isObject(body) && !dryRun) throw notKubernetes(attempt);
  return body as T;
}
