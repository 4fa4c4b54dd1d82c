import { Pool } from 'undici';
import { Kubernetes, type KubernetesAddress } from './kubernetes.ts';
import { EXPIRATION, PRIVILEGES } from './workload.ts';

/** Where the bare loop's servers are, and who it is. */
export interface BareAddresses {
  readonly kubernetes: KubernetesAddress;
  readonly elasticsearch: { readonly url: string; readonly username: string; readonly password: string };
}

/** A key fresh from Elasticsearch. */
export interface Key {
  readonly id: string;
  readonly api_key: string;
  readonly encoded: string;
}

/** Both servers, over warm connections that are kept, with nothing between. */
export class BareServers {
  readonly kubernetes: Kubernetes;
  readonly #pool: Pool;
  readonly #basic: string;

  constructor({ kubernetes, elasticsearch }: BareAddresses, connections: number) {
    const { url, username, password } = elasticsearch;
    this.kubernetes = new Kubernetes(kubernetes, connections);
    this.#pool = new Pool(url, { connections });
    this.#basic = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
  }

  /** Without waiting until searches find it. */
  createKey(name: string, uid: string): Promise<Key> {
    return this.ask<Key>('PUT', '/_security/api_key?refresh=false', {
      name,
      expiration: EXPIRATION,
      role_descriptors: { packetbeat_writer: PRIVILEGES },
      metadata: { beatkeys: { uid } },
    });
  }

  /** Tries the key. */
  async prove({ encoded }: Key): Promise<void> {
    await this.ask('POST', '/_security/user/_has_privileges', PRIVILEGES, `ApiKey ${encoded}`);
  }

  async invalidateKey(id: string): Promise<void> {
    const path = '/_security/api_key';
    const { invalidated_api_keys: gone } = await this.ask<{ invalidated_api_keys: readonly string[] }>('DELETE', path, {
      ids: [id],
      owner: true,
    });
    if (gone.length !== 1) throw new Error(`${gone.length} keys were invalidated instead of one`);
  }

  async writeStatus(path: string): Promise<void> {
    const ready = { type: 'Ready', status: 'True', reason: 'KeyIssued', message: '' };
    const status = { observedGeneration: 1, conditions: [{ ...ready, lastTransitionTime: new Date().toISOString() }] };
    await this.kubernetes.send('PATCH', `${path}/status`, { status }, 'application/merge-patch+json');
  }

  /** Asks Elasticsearch; everything but 2xx is an error. */
  async ask<T>(method: 'PUT' | 'POST' | 'DELETE', path: string, body: object, authorization = this.#basic): Promise<T> {
    const { statusCode, body: answer } = await this.#pool.request({
      method,
      path,
      headers: { authorization, accept: 'application/json', 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const text = await answer.text();
    if (statusCode >= 300) throw new Error(`${method} ${path} was answered with ${statusCode}`);
    return JSON.parse(text) as T;
  }

  async close(): Promise<void> {
    await Promise.all([this.kubernetes.close(), this.#pool.destroy()]);
  }
}
