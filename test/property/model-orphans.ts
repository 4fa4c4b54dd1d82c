import type { BeatApiKey } from '../../src/api/types.ts';
import { isLive } from '../../src/core/key-record.ts';
import type { SecretMetadata } from '../../src/core/secret.ts';
import { aBeatApiKey, INSTALLATION } from '../builders/beat-api-key.ts';
import { aJournal } from '../builders/journal.ts';
import { aKeyRecord } from '../builders/key-record.ts';
import { aSecret } from '../builders/secret.ts';
import type { Circumstances } from './circumstances.ts';
import type { ModelElasticsearch } from './model-elasticsearch.ts';

/** Keys without an object in the watch, by what there is instead; only the first two are nobody's. */
export const ORPHAN_KINDS = [
  'object gone',
  'another object of the name',
  'object not in the watch',
  'namespace not served',
  'in a retained Secret',
  'replaced in a retained Secret',
  'Secret without journal',
  'other installation',
  'no mark',
] as const;
export type OrphanKind = (typeof ORPHAN_KINDS)[number];

interface Orphan {
  readonly id: string;
  readonly kind: OrphanKind;
  /** Epoch milliseconds. */
  readonly since: number;
}

export const isNobodys = (kind: OrphanKind): boolean => kind === 'object gone' || kind === 'another object of the name';

/** Keys in Elasticsearch that no object of the watch answers for, and what stands behind them in Kubernetes. */
export class ModelOrphans {
  readonly #at: Circumstances;
  readonly #elasticsearch: ModelElasticsearch;
  readonly all: Orphan[] = [];
  /** Objects that only a live read shows. */
  readonly objects: BeatApiKey[] = [];
  readonly secrets: SecretMetadata[] = [];

  constructor(at: Circumstances, elasticsearch: ModelElasticsearch) {
    this.#at = at;
    this.#elasticsearch = elasticsearch;
  }

  place(kind: OrphanKind): void {
    const since = this.#at.now;
    const number = this.all.length + 1;
    const [id, uid, name] = [`orphan-${number}`, `uid-of-orphan-${number}`, `orphan-${number}`];
    const mark = {
      uid,
      name: kind === 'another object of the name' ? 'packetbeat' : name,
      ...(kind === 'namespace not served' ? { namespace: 'elsewhere' } : {}),
      ...(kind === 'other installation' ? { installation: `not-${INSTALLATION}` } : {}),
    };
    const record = aKeyRecord({ id, creation: since, owner: this.#elasticsearch.user, mark });
    this.#elasticsearch.place({ record, ...(kind === 'no mark' ? { unmarked: true as const } : {}) });
    this.all.push({ id, kind, since });
    const object = aBeatApiKey({ metadata: { name, uid } });
    if (kind === 'object not in the watch') this.objects.push(object);
    const secret = this.#secretOf(kind, id, object);
    if (secret !== undefined) this.secrets.push(secret);
  }

  /** Those that live, by kind. */
  living(): readonly Orphan[] {
    const records = new Map(this.#elasticsearch.all().map(({ record }) => [record.id, record]));
    return this.all.filter(({ id }) => {
      const record = records.get(id);
      return record !== undefined && isLive(record, this.#at.now);
    });
  }

  #secretOf(kind: OrphanKind, id: string, object: BeatApiKey): SecretMetadata | undefined {
    const superseded = [{ id, since: 0, notBefore: 0 }];
    const journals = {
      'in a retained Secret': aJournal({ keyID: id }),
      'replaced in a retained Secret': aJournal({ keyID: `before-${id}`, superseded }),
      'Secret without journal': null,
    };
    const journal = kind in journals ? journals[kind as keyof typeof journals] : undefined;
    if (journal === undefined) return undefined;
    const { controllerUID: _controller, ...retained } = aSecret({ object, journal });
    return retained;
  }
}
