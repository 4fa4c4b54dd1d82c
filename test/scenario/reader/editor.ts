import { Agent, request } from 'undici';
import type { ControlPlaneAddress } from '../../testbed/servers.ts';

/** Changes objects at the API server as its administrator, without a process for each change. */
export class Editor implements AsyncDisposable {
  readonly #address: ControlPlaneAddress;
  readonly #dispatcher: Agent;

  constructor(address: ControlPlaneAddress) {
    this.#address = address;
    this.#dispatcher = new Agent({ connect: { ca: address.ca } });
  }

  /** A merge patch of the object at this path. Throws when it is refused; false: there is no such object. */
  async merge(path: string, patch: object): Promise<boolean> {
    const { statusCode, body } = await request(new URL(path, this.#address.url), {
      method: 'PATCH',
      dispatcher: this.#dispatcher,
      headers: {
        authorization: `Bearer ${this.#address.token}`,
        'content-type': 'application/merge-patch+json',
      },
      body: JSON.stringify(patch),
    });
    const answer = await body.text();
    if (statusCode === 200) return true;
    if (statusCode === 404) return false;
    throw new Error(`PATCH ${path} was answered with ${statusCode}: ${answer}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#dispatcher.destroy();
  }
}
