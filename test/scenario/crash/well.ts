import { setTimeout as sleep } from 'node:timers/promises';
import { readJournal } from '../../../src/core/journal.ts';
import type { BeatApiKey } from '../../../src/api/types.ts';
import { condition } from '../objects.ts';
import type { StoredWorkload, StoredSecret } from '../stored-kinds.ts';
import type { ServerKey } from '../server-keys.ts';
import type { Bystanders } from './bystanders.ts';
import { restartProblems } from './consumer.ts';
import { PATIENCE_MS } from './patience.ts';
import type { Stand } from './stand.ts';
import { rightsOf, type Story } from './stories.ts';

/** How things stand at the servers. */
export interface Finding {
  /** What is not as it must be, a phrase each. */
  readonly problems: readonly string[];
  /** Living keys of the object that neither its Secret nor the journal names; after its deletion, all that live. */
  readonly orphans: number;
  /** Whether the Secret of a living object holds no key that works and has every right that was asked for. */
  readonly lost: boolean;
  /** Keys that were made for the object in the course of the story. */
  readonly made: number;
}

/** What there was before the story. */
export interface Before {
  /** Keys that the Secret had held. */
  readonly stored: number;
  /** Keys that had been made for the object. */
  readonly made: number;
  readonly bystanders: Bystanders;
  /** The consumer of the Secret, where the story restarts it. */
  readonly consumer: StoredWorkload | undefined;
}

/** Whose story it was. */
export interface Subject {
  readonly stand: Stand;
  readonly story: Story;
  readonly name: string;
  readonly before: Before;
}

/** Between two looks, milliseconds. */
const PAUSE_MS = 1_000;

/** Looks until nothing is wrong any more with the object of this uid, or the patience is over; gives what was found last. */
export async function untilWell(subject: Subject, uid: string | undefined): Promise<Finding> {
  const until = performance.now() + PATIENCE_MS;
  // What takes long is watched, not asked for again and again; that it does not come, the look tells.
  await untilOver(subject).catch(() => undefined);
  for (;;) {
    const finding = await look(subject, uid);
    if (finding.problems.length === 0 || performance.now() > until) return finding;
    await sleep(PAUSE_MS);
  }
}

/** Waits until the object stands as it does at the end of the story. */
export async function untilOver({ stand, story, name }: Subject): Promise<void> {
  const { objects } = stand.site;
  if (story.applied === undefined) {
    await objects.untilGone('BeatApiKey', name);
    await objects.untilGone('Secret', name);
  } else {
    await objects.until('BeatApiKey', name, 'the end of the story', (object) => isOver(object, story));
  }
}

async function look(subject: Subject, uid: string | undefined): Promise<Finding> {
  const { stand, story, name, before } = subject;
  const { objects } = stand.site;
  const object = await objects.find('BeatApiKey', name);
  const secret = await objects.find('Secret', name);
  const keys = await stand.keys();
  const own = keysOfObject(keys, stand, uid);
  const stored = stand.history.keyIDs(name).length - before.stored;
  const common = [
    ...(await before.bystanders.changes(keys)),
    ...(stored === story.stored ? [] : [`${stored} keys were stored instead of ${story.stored}`]),
    ...(stand.history.wasTorn(name) ? ['values and journal spoke of different keys'] : []),
  ];
  const living = own.filter(({ invalidated }) => !invalidated).map(({ id }) => id);
  const { problems, orphans, lost } =
    story.applied === undefined
      ? lookAtRemains(object, secret, living)
      : await lookAtLiving(subject, object, secret, living);
  return { problems: [...problems, ...common], orphans, lost, made: own.length - before.made };
}

type Part = Omit<Finding, 'made'>;

function lookAtRemains(object: unknown, secret: unknown, living: readonly string[]): Part {
  const problems = [
    ...(object === undefined ? [] : ['the object is still there']),
    ...(secret === undefined ? [] : ['the Secret is still there']),
    ...living.map((id) => `key ${id} lives`),
  ];
  return { problems, orphans: living.length, lost: false };
}

async function lookAtLiving(
  { stand, story, name, before: { consumer } }: Subject,
  object: BeatApiKey | undefined,
  secret: StoredSecret | undefined,
  living: readonly string[],
): Promise<Part> {
  const journal = readJournal(secret?.metadata.annotations ?? {});
  const superseded = journal?.superseded.map(({ id }) => id) ?? [];
  const orphans = living.filter((id) => id !== journal?.keyID && !superseded.includes(id));
  const after = consumer && (await stand.site.objects.find('DaemonSet', name));
  const works = secret !== undefined && (await hasRights(stand, secret, rightsOf(story)));
  const problems = [
    ...(object !== undefined && isOver(object, story) ? [] : ['the object is not ready']),
    ...(journal !== undefined && object?.status?.keyID === journal.keyID ? [] : ['the status names another key']),
    ...(works ? [] : ['the key in the Secret does not work, or lacks a right']),
    ...(consumer && after ? restartProblems(consumer, after, journal?.keyID) : []),
    ...orphans.map((id) => `nobody knows of key ${id}, which lives`),
    ...superseded.filter((id) => living.includes(id)).map((id) => `replaced key ${id} still lives`),
  ];
  return { problems, orphans: orphans.length, lost: !works };
}

const isOver = (object: BeatApiKey, { isOver: holds }: Story): boolean =>
  object.status?.observedGeneration === object.metadata.generation &&
  condition(object, 'Ready')?.status === 'True' &&
  condition(object, 'Reconciling')?.status !== 'True' &&
  holds(object);

/** True where the values are one key in all its forms, which Elasticsearch accepts and which has these rights. */
async function hasRights({ site }: Stand, { data = {} }: StoredSecret, rights: object): Promise<boolean> {
  const [id, key, whole, encoded] = ['id', 'key', 'api_key', 'encoded'].map((name) => atob(data[name] ?? ''));
  if (encoded === undefined || whole !== `${id}:${key}` || encoded !== btoa(whole)) return false;
  const { status, body } = await site.node.request('POST', '/_security/user/_has_privileges', rights, {
    as: { apiKey: encoded },
  });
  return status === 200 && (body as { readonly has_all_requested: boolean }).has_all_requested;
}

/** The keys that the operator made for the object of this uid. */
export function keysOfObject(
  keys: readonly ServerKey[],
  { installation }: Stand,
  uid: string | undefined,
): readonly ServerKey[] {
  return keys.filter(({ metadata }) => {
    const mark = metadata['beatkeys'] as { readonly installation?: string; readonly uid?: string } | undefined;
    return mark?.installation === installation && mark.uid === uid;
  });
}
