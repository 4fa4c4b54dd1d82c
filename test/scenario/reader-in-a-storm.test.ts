import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { reportFigures, soakMs } from './figures.ts';
import { secretOf, type Part } from './reader/cast.ts';
import { countedByClient } from './reader/outbox.ts';
import { openStage } from './reader/stage.ts';
import { storm, type Outcome } from './reader/storm.ts';
import { lives, type ServerKey } from './server-keys.ts';

/** While keys rotate every few seconds and faults happen, clients write documents with what their Secrets hold. */

const LASTS_MS = soakMs() ?? 40_000;
/** Longer than it takes a busy machine to do what a quiet one does in the time planned. */
const PATIENCE_MS = 120_000 + LASTS_MS;
const OPENING_AND_CALM_MS = 400_000;

/** At least so many documents in each second planned. */
const WRITES_PER_SECOND = 20;

const stage = await openStage();
afterAll(() => stage[Symbol.asyncDispose](), OPENING_AND_CALM_MS);

const moves = ({ tally }: Outcome, part: Part): number => part.fleet?.rollouts ?? tally.rotations(secretOf(part));
const hasMovedOn = (outcome: Outcome, part: Part): boolean =>
  part.paceMs === undefined || moves(outcome, part) >= Math.max(1, Math.floor(LASTS_MS / part.paceMs));
const hasWritten = ({ tally }: Outcome): boolean => tally.writes >= (WRITES_PER_SECOND * LASTS_MS) / 1000;
/** Every key that was ever made for the part's object. */
const keysOf = async ({ name, place }: Part): Promise<readonly ServerKey[]> =>
  place.site.keys(await place.site.objects.ready(name));
const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0);

const enough = (outcome: Outcome): boolean =>
  hasWritten(outcome) &&
  outcome.parts.every((part) => hasMovedOn(outcome, part)) &&
  Object.values(outcome.faults).every((count) => count > 0);

describe('Clients that write while keys rotate and faults happen', () => {
  let outcome: Outcome;
  beforeAll(
    async () => {
      outcome = await storm(stage, { lastsMs: LASTS_MS, patienceMs: PATIENCE_MS, enough });
      const { tally, parts, faults } = outcome;
      const fleets = parts.flatMap(({ fleet }) => fleet ?? []);
      reportFigures({
        'reader.writes': tally.writes,
        'reader.refused': tally.refused,
        'reader.unsure': tally.unsure,
        'reader.overtaken': tally.overtaken,
        'reader.rotations': tally.allRotations,
        'reader.rollouts': sum(fleets.map(({ rollouts }) => rollouts)),
        'reader.pods': sum(fleets.map(({ pods }) => pods)),
        'reader.faults': sum(Object.values(faults)),
        'reader.operatorStarts': tally.operatorStarts,
        'reader.seconds': Math.round(outcome.milliseconds / 1000),
      });
    },
    LASTS_MS + PATIENCE_MS + OPENING_AND_CALM_MS,
  );

  test('are not refused once', () => {
    expect(outcome.tally.refusals).toEqual({});
  });

  test('find every document that was taken', async () => {
    for (const { shelf } of stage.places) {
      const taken = outcome.tally.outboxes.filter((outbox) => outbox.isOn(shelf) && outbox.taken > 0);
      expect(await countedByClient(shelf)).toEqual(Object.fromEntries(taken.map((box) => [box.client, box.taken])));
    }
  });

  test('wrote enough, through rotations and roll-outs enough, while every fault happened', () => {
    expect(hasWritten(outcome)).toBe(true);
    expect(outcome.parts.filter((part) => !hasMovedOn(outcome, part)).map(secretOf)).toEqual([]);
    expect(Object.entries(outcome.faults).filter(([, count]) => count === 0)).toEqual([]);
  });

  test('were overtaken by a revocation at most once each time', async () => {
    const revoked = outcome.parts.filter(({ name }) => name === 'revoked');
    const made = await Promise.all(revoked.map(async (part) => (await keysOf(part)).length));
    expect(outcome.tally.overtaken).toBeLessThan(sum(made));
  });

  test('keep a key that is only edited', () => {
    const edited = outcome.parts.filter(({ paceMs }) => paceMs === undefined);
    expect(edited.map((part) => moves(outcome, part))).toEqual(stage.places.map(() => 0));
  });

  test('see every object come to rest', () => {
    expect(outcome.unrest).toBeUndefined();
  });

  test('leave one living key for each object', async () => {
    for (const part of outcome.parts) {
      const { status } = await part.place.site.objects.ready(part.name);
      expect((await keysOf(part)).filter(lives).map(({ id }) => id)).toEqual([status?.keyID]);
    }
  });
});
