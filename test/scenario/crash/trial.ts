import { setTimeout as sleep } from 'node:timers/promises';
import type { BeatApiKey } from '../../../src/api/types.ts';
import { beatApiKey, connection, reachedAt, type Manifest } from '../manifests.ts';
import { condition } from '../objects.ts';
import { daemonSet, untilRolledOut } from './consumer.ts';
import { bystanderSecret, makeBystanders } from './bystanders.ts';
import type { Effect } from './effects.ts';
import { patiently, PATIENCE_MS } from './patience.ts';
import type { Strike } from './probe.ts';
import type { Probed, Stand } from './stand.ts';
import type { Story } from './stories.ts';
import { keysOfObject, untilOver, untilWell, type Before, type Finding, type Subject } from './well.ts';

/** A story, and what goes wrong in it; nothing: it is told as it should be. */
export interface Case {
  readonly story: Story;
  readonly strikes: readonly Strike[];
}

/** How a case went. */
export interface Result extends Finding {
  /** Whether all that was to go wrong did. */
  readonly struck: boolean;
  /** The effects of the story, or those after the last strike. */
  readonly effects: readonly Effect[];
  /** What the operator said of the object, where something is wrong. */
  readonly log: readonly string[];
}

/** After this time every search shows a key, milliseconds. */
const VISIBLE_MS = 2_000;

let trials = 0;

/** One case, with an object and a connection of its own. */
export class Trial {
  readonly name: string;
  readonly #stand: Stand;
  readonly #case: Case;
  readonly #probed: Probed;
  #uid: string | undefined;
  #before: Before | undefined;

  private constructor(stand: Stand, given: Case, name: string, probed: Probed) {
    this.#stand = stand;
    this.#case = given;
    this.name = name;
    this.#probed = probed;
  }

  static async open(stand: Stand, given: Case): Promise<Trial> {
    trials += 1;
    const name = `${given.story.name}-${trials}`;
    return new Trial(stand, given, name, await stand.probe(name));
  }

  /** Ids of keys that are left in the end because nobody may touch them. */
  get bystanders(): readonly string[] {
    return this.#before?.bystanders.keyIDs ?? [];
  }

  /** What has to be there before the story begins. */
  get given(): readonly Manifest[] {
    const { node, user, objects } = this.#stand.site;
    const { namespace } = objects;
    const { before, restarts } = this.#case.story;
    const secretRef = { name: 'main-credential' };
    const connections = connection(namespace, this.name, reachedAt(this.#probed.url, node), user, {
      auth: { basic: { secretRef } },
    });
    return [
      ...connections.filter(({ kind }) => kind === 'ElasticsearchConnection'),
      bystanderSecret(namespace, this.name),
      ...(restarts ? [daemonSet(namespace, this.name)] : []),
      ...(before === undefined ? [] : [this.#object(before)]),
    ];
  }

  /** What has to be applied for the story to begin; none where the object is to be deleted. */
  get applied(): readonly Manifest[] {
    const { applied } = this.#case.story;
    return applied === undefined ? [] : [this.#object(applied)];
  }

  /** Waits until the story may begin, always in the same state: what is known for an interval is known no more. */
  async untilGiven(): Promise<void> {
    const { name } = this;
    const { site } = this.#stand;
    const { objects } = site;
    const { before, restarts } = this.#case.story;
    const isAtRest = (object: BeatApiKey): boolean =>
      condition(object, 'Ready')?.status === 'True' && object.status?.retiring === undefined;
    await patiently(() => objects.connected(name));
    const atRest = before && (await patiently(() => objects.until('BeatApiKey', name, 'rest', isAtRest)));
    this.#uid = atRest?.metadata.uid;
    const consumer = restarts && (await patiently(() => untilRolledOut(objects, name)));
    const bystanders = await makeBystanders(site, name, this.#uid ?? '');
    await sleep(VISIBLE_MS);
    // Once the second list is asked for, the first has been taken note of, and an interval is over.
    await this.#untilListed();
    await this.#untilListed();
    const made = keysOfObject(await this.#stand.keys(), this.#stand, this.#uid).length;
    this.#before = { stored: this.#stand.history.keyIDs(name).length, made, bystanders, consumer };
  }

  /** To be called right before the story begins. */
  begin(): void {
    this.#probed.probe.begin(this.#case.strikes);
  }

  /** Waits until all that was to go wrong did, or it is clear that it will not, and all is well again. */
  async finish(): Promise<Result> {
    const { name } = this;
    const { story, strikes } = this.#case;
    const { probe } = this.#probed;
    if (this.#before === undefined) throw new Error('the story has not begun');
    const subject = { stand: this.#stand, story, name, before: this.#before };
    const struck = await this.#untilStruck(subject);
    this.#uid ??= (await this.#stand.site.objects.find('BeatApiKey', name))?.metadata.uid;
    const finding = await untilWell(subject, this.#uid);
    // What is asked for by the clock may come late.
    if (strikes.length === 0) await this.#untilListed();
    const log = finding.problems.length === 0 && struck ? [] : this.#stand.linesAbout(name);
    return { ...finding, struck, log, effects: [...probe.effects] };
  }

  /** Waits until all that the trial brought is gone, and answers what is left of it, ids of keys. */
  async untilGone(): Promise<readonly string[]> {
    const { objects } = this.#stand.site;
    await patiently(() => objects.untilGone('BeatApiKey', this.name));
    await patiently(() => objects.untilGone('ElasticsearchConnection', this.name));
    await this.#probed[Symbol.asyncDispose]();
    const own = keysOfObject(await this.#stand.keys(), this.#stand, this.#uid);
    return own.filter(({ invalidated }) => !invalidated).map(({ id }) => id);
  }

  /** False where the story came to its end, and lists of keys after it, without all that was to go wrong. */
  async #untilStruck(subject: Subject): Promise<boolean> {
    const { probe } = this.#probed;
    const struck = probe.struck.then(() => true);
    const isMissed = async (): Promise<boolean> => {
      await patiently(() => untilOver(subject));
      await this.#untilListed();
      await this.#untilListed();
      return false;
    };
    const missed = isMissed().catch(() => false);
    if (await Promise.race([struck, missed])) return true;
    return probe.isStriking ? Promise.race([struck, sleep(PATIENCE_MS, false, { ref: false })]) : false;
  }

  /** Waits until another list of keys has been asked for. */
  async #untilListed(): Promise<void> {
    const { probe } = this.#probed;
    const before = probe.lists;
    const until = performance.now() + PATIENCE_MS;
    while (probe.lists === before) {
      if (performance.now() > until) throw new Error(`${this.name}: no list of keys was asked for`);
      await sleep(100);
    }
  }

  #object(spec: Partial<BeatApiKey['spec']>): Manifest {
    const { name } = this;
    const consumers = [{ kind: 'DaemonSet', name, restart: true } as const];
    return beatApiKey(this.#stand.site.objects.namespace, name, {
      ...spec,
      connectionRef: { name },
      ...(this.#case.story.restarts ? { consumers } : {}),
    });
  }
}
