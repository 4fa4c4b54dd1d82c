import { tryCases } from './batch.ts';
import { nameOf, type Effect } from './effects.ts';
import { FAILURES, faultsOf, KILLS, WATCH_FAULTS, type FaultKind } from './faults.ts';
import { openStand, type Stand } from './stand.ts';
import { STORIES, type Story } from './stories.ts';
import type { Case, Result } from './trial.ts';

/** A case with its outcome, which is on its way. */
export interface MatrixCase extends Case {
  /** Unique in the matrix. */
  readonly name: string;
  readonly result: Promise<Result>;
}

/** All cases of one version of Elasticsearch. Close it. */
export interface Matrix {
  readonly version: string;
  readonly cases: readonly MatrixCase[];
  /** Begins to try the cases; resolves when all have been tried. */
  run(): Promise<void>;
  /**
   * Kills once more, before and after each effect that followed each kill; call it after the others were tried. Resolves
   * when all of these cases have been tried.
   */
  killAgain(): Promise<readonly MatrixCase[]>;
  /** How often an operator lost its lease. */
  leasesLost(): number;
  close(): Promise<void>;
}

/** Operators that try one case after the other: they are killed, or their watches fail, which all objects notice. */
const SINGLES = 8;
/** Operators that try many cases at once: what fails concerns one object only. */
const CROWDS = 3;
const CROWD = 12;
/** A busy machine may let a story go another way, so that what shall go wrong is never asked for: then it begins anew. */
const MOST_ATTEMPTS = 4;

/** Opens it: starts the operators, tells every story once as it should be, and makes the cases of what was seen. */
export async function openMatrix(version: string): Promise<Matrix> {
  const open = (count: number, driftInterval: number) =>
    Promise.all(Array.from({ length: count }, () => openStand({ version, driftInterval })));
  // The more connections, the more seldom each is looked at.
  const [singles, crowds] = await Promise.all([open(SINGLES, 1), open(CROWDS, 5)]);
  const stands = [...singles, ...crowds];
  const bystanders = new Map<Stand, string[]>(stands.map((stand) => [stand, []]));
  const attempt = async (stand: Stand, cases: readonly Case[]): Promise<readonly Result[]> => {
    const outcome = await tryCases(stand, cases);
    bystanders.get(stand)?.push(...outcome.bystanders);
    return outcome.results;
  };
  const workOff = (pending: Pending[], on: readonly Stand[], most: number) =>
    Promise.all(on.map((stand) => workOffAt(pending, most, (batch) => attempt(stand, batch))));
  const told = await Promise.all(
    STORIES.map(async (story, index) => tell(story, (cases) => attempt(singles[index % SINGLES] as Stand, cases))),
  );
  const killing = told.flatMap(({ story, effects }) => casesOf(story, [], effects, [...KILLS, ...WATCH_FAULTS]));
  // Those that take long go together.
  const failing = FAILURES.flatMap((fault) =>
    told.flatMap(({ story, effects }) => casesOf(story, [], effects, [fault])),
  );
  return {
    version,
    cases: [...killing, ...failing],
    run: async () => {
      await Promise.all([workOff([...killing], singles, 1), workOff([...failing], crowds, CROWD)]);
    },
    killAgain: async () => {
      const killed = killing.filter(({ strikes }) => strikes.some(({ fault }) => KILLS.includes(fault)));
      const again = await Promise.all(
        killed.map(async ({ story, strikes, result }) => casesOf(story, strikes, (await result).effects, KILLS)),
      );
      await workOff(again.flat(), stands, 1);
      return again.flat();
    },
    leasesLost: () => stands.reduce((sum, stand) => sum + stand.leasesLost, 0),
    close: async () => {
      const closing = await Promise.allSettled([...bystanders].map(([stand, ids]) => stand.close(ids)));
      for (const each of closing) if (each.status === 'rejected') throw each.reason;
    },
  };
}

/** Tells a story as it should be; gives its effects. */
async function tell(
  story: Story,
  attempt: (cases: readonly Case[]) => Promise<readonly Result[]>,
): Promise<{ readonly story: Story; readonly effects: readonly Effect[] }> {
  const [result] = await attempt([{ story, strikes: [] }]);
  if (result === undefined || result.problems.length > 0)
    throw new Error(`${story.name} does not go well without a fault: ${result?.problems.join('; ')}`);
  return { story, effects: result.effects };
}

interface Pending extends MatrixCase {
  readonly settle: PromiseWithResolvers<Result>;
  attempts: number;
}

/** What goes wrong after other things did: at each of these effects, in each way in which it can. */
function casesOf(
  story: Story,
  before: Case['strikes'],
  effects: readonly Effect[],
  faults: readonly FaultKind[],
): readonly Pending[] {
  return effects.flatMap((effect) =>
    faultsOf(effect, faults).map((fault) => {
      const settle = Promise.withResolvers<Result>();
      // A test will wait for it; until then nobody does.
      settle.promise.catch(() => undefined);
      const strikes = [...before, { effect, fault }];
      const name = strikes.map((strike) => `${nameOf(strike.effect)}: ${strike.fault.name}`).join(', then ');
      return { story, strikes, name: `${story.name}: ${name}`, result: settle.promise, settle, attempts: 0 };
    }),
  );
}

/** Tries what nobody has taken yet, so many cases at once, until none is left. */
async function workOffAt(
  pending: Pending[],
  most: number,
  attempt: (batch: readonly Case[]) => Promise<readonly Result[]>,
): Promise<void> {
  while (pending.length > 0) {
    const batch = pending.splice(0, most);
    try {
      const results = await attempt(batch);
      for (const [index, each] of batch.entries()) {
        const result = results[index] as Result;
        each.attempts += 1;
        if (!result.struck && each.attempts < MOST_ATTEMPTS) pending.push(each);
        else each.settle.resolve(result);
      }
    } catch (error) {
      for (const { settle } of batch) settle.reject(error);
    }
  }
}
