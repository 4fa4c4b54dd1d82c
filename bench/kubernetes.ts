import { Pool } from 'undici';

/** Where an API server is, and who asks. */
export interface KubernetesAddress {
  readonly url: string;
  readonly ca: string;
  readonly token: string;
}

/** The parts of an object that measurements look at. */
export interface KubernetesObject {
  readonly metadata: {
    readonly name: string;
    readonly uid: string;
    readonly resourceVersion: string;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly status?: {
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
    /** Of a BeatApiKey: its key, and those that it replaced. */
    readonly keyID?: string;
    readonly retiring?: readonly unknown[];
  };
}

interface List {
  readonly metadata: { readonly resourceVersion: string; readonly continue?: string };
  /** `null` where a list of metadata is empty. */
  readonly items: readonly KubernetesObject[] | null;
}

const JSON_TYPE = 'application/json';
/** Asks for the metadata of the objects of a list and nothing else. */
export const METADATA_LIST = `${JSON_TYPE};as=PartialObjectMetadataList;g=meta.k8s.io;v=v1`;

/** What a watch told. */
export type Change = { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly object: KubernetesObject };

/** The calls of a benchmark, over kept connections, with as little between as may be. Everything but 2xx is an error. */
export class Kubernetes {
  readonly #pool: Pool;
  readonly #authorization: string;

  /** `connections`: how many calls and watches are under way at most. */
  constructor({ url, ca, token }: KubernetesAddress, connections: number) {
    this.#pool = new Pool(url, { connections, connect: { ca }, bodyTimeout: 0, allowH2: false });
    this.#authorization = `Bearer ${token}`;
  }

  async send<T = unknown>(method: Method, path: string, body?: object, type = JSON_TYPE): Promise<T> {
    const headers = { accept: JSON_TYPE, 'content-type': type };
    return this.#ask<T>(method, path, headers, body === undefined ? null : JSON.stringify(body));
  }

  async list(path: string): Promise<readonly KubernetesObject[]> {
    return (await this.send<List>('GET', path)).items ?? [];
  }

  /** The same page by page, one after the other; `parameters` are those of a query. */
  async listInPages(path: string, parameters: Readonly<Record<string, string>>, accept = JSON_TYPE) {
    const items: KubernetesObject[] = [];
    let page: List | undefined;
    do {
      const next = page?.metadata.continue;
      const query = new URLSearchParams({ ...parameters, ...(next === undefined ? {} : { continue: next }) });
      page = await this.#ask<List>('GET', `${path}?${query.toString()}`, { accept });
      items.push(...(page.items ?? []));
    } while (page.metadata.continue);
    return items;
  }

  /** Tells every change from now on; a watch that the server ends goes on where it was. Dispose it. */
  async watch(path: string, onChange: (change: Change) => void): Promise<Disposable & { failed: Promise<never> }> {
    const { metadata } = await this.send<List>('GET', `${path}?limit=1`);
    const stop = new AbortController();
    const follow = async (): Promise<never> => {
      let { resourceVersion } = metadata;
      for (;;) {
        for await (const line of this.#lines(`${path}?watch=true&resourceVersion=${resourceVersion}`, stop.signal)) {
          const change = JSON.parse(line) as Change;
          if (!['ADDED', 'MODIFIED', 'DELETED'].includes(change.type)) throw new Error(`watch of ${path}: ${line}`);
          ({ resourceVersion } = change.object.metadata);
          onChange(change);
        }
      }
    };
    const failed = follow();
    failed.catch(() => undefined);
    return { failed, [Symbol.dispose]: () => stop.abort() };
  }

  async #ask<T>(method: Method, path: string, headers: Readonly<Record<string, string>>, body: string | null = null) {
    const { statusCode, body: answer } = await this.#pool.request({
      method,
      path,
      headers: { authorization: this.#authorization, ...headers },
      body,
    });
    const text = await answer.text();
    if (statusCode >= 300) throw new Error(`${method} ${path} was answered with ${statusCode}`);
    return JSON.parse(text) as T;
  }

  async *#lines(path: string, signal: AbortSignal): AsyncGenerator<string> {
    const headers = { authorization: this.#authorization, accept: 'application/json' };
    const { statusCode, body } = await this.#pool.request({ method: 'GET', path, headers, signal });
    if (statusCode !== 200) throw new Error(`GET ${path} was answered with ${statusCode}`);
    let rest = '';
    body.setEncoding('utf8');
    for await (const chunk of body as AsyncIterable<string>) {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      yield* lines;
    }
  }

  async close(): Promise<void> {
    await this.#pool.destroy();
  }
}

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** Whether its condition Ready is true. */
export function isReady({ status }: KubernetesObject): boolean {
  return status?.conditions?.some((condition) => condition.type === 'Ready' && condition.status === 'True') === true;
}
