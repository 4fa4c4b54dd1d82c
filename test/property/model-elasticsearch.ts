import { isDeepStrictEqual } from 'node:util';
import {
  isLive,
  type KeyChange,
  type KeyMark,
  type KeyOwner,
  type KeyRecord,
  type KeyRequest,
} from '../../src/core/key-record.ts';
import { contentDigest } from '../../src/core/role-normal.ts';
import { parseDuration } from '../../src/lib/duration.ts';
import { failure, type Circumstances } from './circumstances.ts';

export interface ModelKey {
  record: KeyRecord;
  /** The mark that it was made with. */
  readonly minted: KeyMark;
  readonly cluster: string;
  readonly half: string;
  /** Searches do not see it before. */
  readonly visibleFrom: number;
  /** When it was invalidated, epoch milliseconds. */
  invalidatedAt?: number;
  /** Its metadata carry no mark that can be read. */
  readonly unmarked?: true;
}

/** Every cluster that there is; one of them answers. */
export class ModelElasticsearch {
  readonly #at: Circumstances;
  readonly #keys: ModelKey[] = [];
  cluster = 'cluster-1';
  user: KeyOwner = { username: 'beatkeys', realm: 'native1' };
  manageApiKey = false;
  version = '9.5.3';
  down = false;
  /** How long a new key stays invisible to searches, milliseconds. */
  lag = 1_000;
  missingPrivileges: readonly string[] = [];
  created = 0;

  constructor(at: Circumstances) {
    this.#at = at;
  }

  create({ name, roleDescriptors, userMetadata, mark, expiration }: KeyRequest): { record: KeyRecord; half: string } {
    this.answer();
    const id = `key-${++this.created}`;
    const record: KeyRecord = {
      id,
      name,
      creation: this.#at.now,
      invalidated: false,
      owner: this.user,
      mark,
      contentDigest: contentDigest(roleDescriptors, userMetadata),
      ...this.#expiry(expiration),
    };
    const { half } = this.place({ record });
    this.#at.happened(`create ${id} (${mark.reason})`);
    if (this.#at.createAnswerIsLost) {
      this.#at.createAnswerIsLost = false;
      throw failure('unavailable', 'Elasticsearch', true);
    }
    return { record, half };
  }

  update(id: string, { roleDescriptors, userMetadata, mark, expiration }: KeyChange): void {
    this.answer();
    const key = this.#visible().find(({ record }) => record.id === id && this.#isOwn(record));
    if (key === undefined || !isLive(key.record, this.#at.now)) throw failure('notFound', 'Elasticsearch');
    key.record = {
      ...key.record,
      mark,
      contentDigest: contentDigest(roleDescriptors, userMetadata),
      ...this.#expiry(expiration),
    };
    this.#at.happened(`update ${id}`);
  }

  /** Answers the ids that were invalidated now; others may be dead, unknown, of another user, or not visible yet. */
  invalidate(ids: readonly string[]): readonly string[] {
    this.answer();
    const hit = this.within(ids);
    for (const key of hit) {
      key.record = { ...key.record, invalidated: true };
      key.invalidatedAt = this.#at.now;
    }
    this.#at.happened(`invalidate ${hit.map(({ record }) => record.id).join(' ')}`);
    return hit.map(({ record }) => record.id);
  }

  /** Those among the ids that would be invalidated. */
  within(ids: readonly string[]): readonly ModelKey[] {
    return this.#visible().filter(
      ({ record }) =>
        ids.includes(record.id) && isLive(record, this.#at.now) && (this.manageApiKey || this.#isOwn(record)),
    );
  }

  get(id: string): ModelKey | undefined {
    this.answer();
    return this.#visible().find(({ record }) => record.id === id && this.#isOwn(record));
  }

  /** Keys of the installation that live or are not older than an hour, as far as the user may see them. */
  inventory(installation: string): readonly KeyRecord[] {
    this.answer();
    return this.#visible()
      .filter(({ unmarked, record }) => unmarked !== true && record.mark.installation === installation)
      .map(({ record }) => record)
      .filter((record) => this.manageApiKey || this.#isOwn(record))
      .filter((record) => isLive(record, this.#at.now) || record.creation > this.#at.now - 3_600_000);
  }

  /** Authentication is no search: it sees a key at once. */
  accepts(id: string, half: string): boolean {
    this.answer();
    return this.living().some((key) => key.record.id === id && key.half === half);
  }

  /** Fails while the cluster is down. */
  answer(): void {
    if (this.down) throw failure('unavailable', 'Elasticsearch');
  }

  /** Outside the API: every key of the cluster that answers, dead ones too, in the order of their creation. */
  all(): readonly ModelKey[] {
    return this.#keys.filter(({ cluster }) => cluster === this.cluster);
  }

  /** Outside the API: every key of an object, in whatever cluster, in the order of their creation. */
  everMade(uid: string): readonly ModelKey[] {
    return this.#keys.filter(({ minted }) => minted.uid === uid);
  }

  /** Outside the API: what is so. */
  living(): readonly ModelKey[] {
    return this.all().filter(({ record }) => isLive(record, this.#at.now));
  }

  /** Outside the API: living keys of an object that the operator's user could invalidate. */
  livingWithinReach(uid: string): readonly KeyRecord[] {
    return this.living()
      .map(({ record }) => record)
      .filter((record) => record.mark.uid === uid && (this.manageApiKey || this.#isOwn(record)));
  }

  /** Outside the API: somebody else changes a key. */
  meddle(id: string, change: Partial<KeyRecord>): void {
    for (const key of this.#keys) if (key.record.id === id) key.record = { ...key.record, ...change };
  }

  /** Outside the API: a key is there. */
  place({ record, unmarked }: Pick<ModelKey, 'record' | 'unmarked'>): ModelKey {
    const visibleFrom = this.#at.now + this.lag;
    const key: ModelKey = {
      record,
      minted: record.mark,
      half: `half-of-${record.id}`,
      cluster: this.cluster,
      visibleFrom,
    };
    this.#keys.push(unmarked === undefined ? key : { ...key, unmarked });
    return key;
  }

  #visible(): ModelKey[] {
    return this.#keys.filter(({ cluster, visibleFrom }) => cluster === this.cluster && visibleFrom <= this.#at.now);
  }
  #isOwn({ owner }: KeyRecord): boolean {
    return isDeepStrictEqual(owner, this.user);
  }
  #expiry(expiration: string | undefined): { expiration?: number } {
    const ms = expiration === undefined ? undefined : parseDuration(expiration);
    return ms === undefined ? {} : { expiration: this.#at.now + ms };
  }
}
