import { Agent, request } from 'undici';
import { API_VERSION, BEAT_API_KEY, ELASTICSEARCH_CONNECTION } from '../../../src/api/names.ts';
import type { ControlPlaneAddress } from '../../testbed/servers.ts';
import type { Kind } from '../kinds.ts';

/** What the API server makes of an object: the spec as it would be stored, or why not. */
export type Answer = { readonly taken: true; readonly spec: unknown } | { readonly taken: false; readonly why: string };

/** An object that is stored, for updates to begin with. */
export interface Stored {
  readonly name: string;
  readonly resourceVersion: string;
  readonly spec: unknown;
}

/** The part of an answer's body that is read, be it an object or a Status. */
interface Body {
  readonly message?: string;
  readonly metadata?: { readonly name?: string; readonly resourceVersion?: string };
  readonly spec?: unknown;
}

const PLURALS: Readonly<Record<Kind, string>> = {
  BeatApiKey: BEAT_API_KEY.plural,
  ElasticsearchConnection: ELASTICSEARCH_CONNECTION.plural,
};

/** Requests in flight at most. */
const AT_ONCE = 32;

/** Shows objects of one namespace to an API server, many at once, as JSON and without a client's own checks. */
export class DryRun implements AsyncDisposable {
  readonly #address: ControlPlaneAddress;
  readonly #namespace: string;
  readonly #dispatcher: Agent;

  constructor(address: ControlPlaneAddress, namespace: string) {
    this.#address = address;
    this.#namespace = namespace;
    this.#dispatcher = new Agent({
      connect: { ca: address.ca },
      connections: AT_ONCE,
      headersTimeout: 0,
      bodyTimeout: 0,
    });
  }

  /** Would it be created with this spec? The spec is JSON; left out: the object has none. */
  async create(kind: Kind, spec: string | undefined): Promise<Answer> {
    const { status, body } = await this.#send('POST', kind, 'shown', {}, spec, true);
    return answer(status, body);
  }

  /** Would the stored object take this spec instead? */
  async update(kind: Kind, { name, resourceVersion }: Stored, spec: string | undefined): Promise<Answer> {
    const { status, body } = await this.#send('PUT', kind, name, { resourceVersion }, spec, true);
    return answer(status, body);
  }

  /** Creates an object in earnest. Throws where it is refused. */
  async store(kind: Kind, name: string, spec: string): Promise<Stored> {
    const { status, body } = await this.#send('POST', kind, name, {}, spec, false);
    const { resourceVersion } = body.metadata ?? {};
    if (status !== 201 || resourceVersion === undefined) throw new Error(`not stored: ${body.message}`);
    return { name, resourceVersion, spec: body.spec };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#dispatcher.destroy();
  }

  async #send(
    method: 'POST' | 'PUT',
    kind: Kind,
    name: string,
    metadata: object,
    spec: string | undefined,
    isDry: boolean,
  ): Promise<{ status: number; body: Body }> {
    const collection = `/apis/${API_VERSION}/namespaces/${this.#namespace}/${PLURALS[kind]}`;
    const url = new URL(method === 'PUT' ? `${collection}/${name}` : collection, this.#address.url);
    url.search = isDry ? 'dryRun=All&fieldValidation=Ignore' : 'fieldValidation=Ignore';
    const head = JSON.stringify({ apiVersion: API_VERSION, kind, metadata: { ...metadata, name } });
    const answered = await request(url, {
      method,
      dispatcher: this.#dispatcher,
      headers: { authorization: `Bearer ${this.#address.token}`, 'content-type': 'application/json' },
      // As text: numbers reach the server as they were written.
      body: spec === undefined ? head : `${head.slice(0, -1)},"spec":${spec}}`,
    });
    return { status: answered.statusCode, body: (await answered.body.json()) as Body };
  }
}

/** Anything but yes and "invalid" is no answer to the question. */
function answer(status: number, { message = '', spec }: Body): Answer {
  if (status === 200 || status === 201) return { taken: true, spec };
  if (status === 400 || status === 422) return { taken: false, why: message };
  throw new Error(`the API server answered with ${status}: ${message}`);
}
