import type { StoredObject } from '../api-server.ts';
import type { Objects } from '../objects.ts';
import type { Editor } from './editor.ts';
import type { Outbox } from './outbox.ts';
import { FOR_EVER_MS, pause } from './pause.ts';
import type { Tally } from './tally.ts';

/** A pod as far as its client looks at it. */
export interface StoredPod extends StoredObject {
  readonly metadata: StoredObject['metadata'] & { readonly deletionTimestamp?: string };
  readonly spec: { readonly nodeName?: string };
  readonly status?: StoredObject['status'] & { readonly phase?: string };
}

/** Keeps a pod until its client has written its last document, as kubelet keeps it until its containers have ended. */
export const POD_FINALIZER = 'beatkeys.test/client';

export interface PodClientParts {
  readonly objects: Objects;
  readonly secret: string;
  readonly outbox: Outbox;
  readonly editor: Editor;
  readonly tally: Tally;
  readonly everyMs: number;
  /** Hears that the client has begun or ended to write. */
  readonly onChange: () => void;
}

/**
 * The process in a pod. As kubelet does it, the Secret is read once, when the pod has a node and before it runs; the key
 * is used until the pod has been told to end, and for one document more.
 */
export class PodClient {
  /** The key that it writes with, while it does. */
  keyID: string | undefined;
  /** The end of its life; rejects when the test itself failed. */
  readonly ended: Promise<void>;
  readonly #parts: PodClientParts;
  readonly #running = new AbortController();
  readonly #leaving = new AbortController();

  constructor(pod: StoredPod, parts: PodClientParts) {
    this.#parts = parts;
    this.ended = this.#live(pod);
    this.seen(pod);
  }

  /** Takes note of what became of the pod. */
  seen({ metadata, status }: StoredPod): void {
    if (status?.phase === 'Running') this.#running.abort();
    if (metadata.deletionTimestamp !== undefined) this.#leaving.abort();
  }

  async #live({ metadata }: StoredPod): Promise<void> {
    const { objects, secret, editor } = this.#parts;
    try {
      const { id = '', encoded = '' } = await objects.data(secret);
      await pause(FOR_EVER_MS, AbortSignal.any([this.#running.signal, this.#leaving.signal]));
      if (this.#running.signal.aborted) await this.#write(id, encoded);
    } finally {
      this.#show(undefined);
      await editor.merge(`/api/v1/namespaces/${metadata.namespace}/pods/${metadata.name}`, {
        metadata: { uid: metadata.uid, finalizers: null },
      });
    }
  }

  async #write(id: string, encoded: string): Promise<void> {
    const { objects, secret, outbox, tally, everyMs } = this.#parts;
    this.#show(id);
    let last: boolean;
    do {
      last = this.#leaving.signal.aborted;
      tally.note(await outbox.send(encoded), `${objects.namespace}/${secret}`, id, outbox.client);
      if (!last) await pause(everyMs, this.#leaving.signal);
    } while (!last);
  }

  #show(keyID: string | undefined): void {
    this.keyID = keyID;
    this.#parts.onChange();
  }
}
