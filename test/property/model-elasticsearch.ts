import { isDeepStrictEqual } from 'node:util';
import { isLive, type KeyChange, type KeyOwner, type KeyRecord, type KeyRequest } from '../../src/core/key-record.ts';
import { contentDigest } from '../../src/core/role-normal.ts';
import { parseDuration } from '../../src/lib/duration.ts';
import { failure, type Circumstances } from './circumstances.ts';

interface ModelKey {
  record: KeyRecord;
  readonly cluster: string;
  readonly half: string;
  /** Searches do not see it before. */
  readonly visibleFrom: number;
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
    this.#answer();
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
    const half = `half-of-${id}`;
    this.#keys.push({ record, half, cluster: this.cluster, visibleFrom: this.#at.now + this.lag });
    this.#at.happened();
    if (this.#at.createAnswerIsLost) {
      this.#at.createAnswerIsLost = false;
      throw failure('unavailable', 'Elasticsearch', true);
    }
    return { record, half };
  }

  update(id: string, { roleDescriptors, userMetadata, mark, expiration }: KeyChange): void {
    this.#answer();
    const key = this.#visible().find(({ record }) => record.id === id && this.#isOwn(record));
    if (key === undefined || !isLive(key.record, this.#at.now)) throw failure('notFound', 'Elasticsearch');
    key.record = {
      ...key.record,
      mark,
      contentDigest: contentDigest(roleDescriptors, userMetadata),
      ...this.#expiry(expiration),
    };
    this.#at.happened();
  }

  /** Answers the ids that were invalidated now; others may be dead, unknown, of another user, or not visible yet. */
  invalidate(ids: readonly string[]): readonly string[] {
    this.#answer();
    const hit = this.#visible().filter(
      ({ record }) =>
        ids.includes(record.id) && isLive(record, this.#at.now) && (this.manageApiKey || this.#isOwn(record)),
    );
    for (const key of hit) key.record = { ...key.record, invalidated: true };
    this.#at.happened();
    return hit.map(({ record }) => record.id);
  }

  get(id: string): KeyRecord | undefined {
    this.#answer();
    return this.#visible().find(({ record }) => record.id === id && this.#isOwn(record))?.record;
  }

  /** Keys that live or are not older than an hour, as far as the user may see them. */
  inventory(): readonly KeyRecord[] {
    this.#answer();
    return this.#visible()
      .map(({ record }) => record)
      .filter((record) => this.manageApiKey || this.#isOwn(record))
      .filter((record) => isLive(record, this.#at.now) || record.creation > this.#at.now - 3_600_000);
  }

  /** Authentication is no search: it sees a key at once. */
  accepts(id: string, half: string): boolean {
    this.#answer();
    return this.living().some((key) => key.record.id === id && key.half === half);
  }

  /** Outside the API: what is so. */
  living(): readonly ModelKey[] {
    return this.#keys.filter(({ cluster, record }) => cluster === this.cluster && isLive(record, this.#at.now));
  }

  /** Outside the API: keys that the operator's user could invalidate. */
  livingWithinReach(): readonly KeyRecord[] {
    return this.living()
      .map(({ record }) => record)
      .filter((record) => this.manageApiKey || this.#isOwn(record));
  }

  /** Outside the API: somebody else changes a key. */
  meddle(id: string, change: Partial<KeyRecord>): void {
    for (const key of this.#keys) if (key.record.id === id) key.record = { ...key.record, ...change };
  }

  lacksPrivileges(): readonly string[] {
    this.#answer();
    return this.missingPrivileges;
  }

  #answer(): void {
    if (this.down) throw failure('unavailable', 'Elasticsearch');
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
