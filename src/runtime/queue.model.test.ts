import { fc, test } from '@fast-check/vitest';
import { expect } from 'vitest';
import { FakeClock } from '../../test/builders/fake-clock.ts';
import { exponentialBackoff } from './backoff.ts';
import { type Priority, WorkQueue } from './queue.ts';

/** The queue as one would explain it: what is wanted of each key, in a list. */
interface Wish {
  readonly key: string;
  ready?: Priority;
  due?: number;
  running: boolean;
  again?: Priority;
}
class Model {
  now = 0;
  /** In the order of becoming ready. */
  wishes: Wish[] = [];
  failures = new Map<string, number>();
  normalTakes = 0;

  of(key: string): Wish {
    let wish = this.wishes.find((one) => one.key === key);
    if (wish === undefined) this.wishes.push((wish = { key, running: false }));
    return wish;
  }
  want(key: string, priority: Priority): void {
    const wish = this.of(key);
    if (priority === 'normal') delete wish.due;
    if (wish.running) {
      if (wish.again !== 'normal') wish.again = priority;
    } else if (wish.ready === undefined || (wish.ready === 'low' && priority === 'normal')) {
      wish.ready = priority;
      this.wishes = [...this.wishes.filter((one) => one !== wish), wish];
    }
  }
  wantAt(key: string, due: number): void {
    const wish = this.of(key);
    if (due <= this.now) this.want(key, 'normal');
    else if (wish.ready !== 'normal' && wish.again !== 'normal') wish.due = Math.min(due, wish.due ?? Infinity);
  }
  ready(priority?: Priority): Wish[] {
    return this.wishes.filter((wish) => wish.ready !== undefined && (priority ?? wish.ready) === wish.ready);
  }
  running(): string[] {
    return this.wishes.filter((wish) => wish.running).map((wish) => wish.key);
  }
  take(): string | undefined {
    const [normal, low] = [this.ready('normal')[0], this.ready('low')[0]];
    const wish = low !== undefined && (normal === undefined || this.normalTakes === 7) ? low : normal;
    if (wish === undefined) return undefined;
    this.normalTakes = wish === normal && low !== undefined ? this.normalTakes + 1 : 0;
    delete wish.ready;
    delete wish.due;
    wish.running = true;
    return wish.key;
  }
  done(key: string): void {
    const wish = this.of(key);
    wish.running = false;
    const { again } = wish;
    delete wish.again;
    if (again !== undefined) this.want(key, again);
  }
  advance(ms: number): void {
    this.now += ms;
    const dueWishes = this.wishes.filter((wish) => wish.due !== undefined && wish.due <= this.now);
    for (const wish of dueWishes.toSorted((a, b) => (a.due ?? 0) - (b.due ?? 0))) this.want(wish.key, 'normal');
  }
}

interface Real {
  readonly clock: FakeClock;
  readonly queue: WorkQueue;
}

/** One step on both, and the same picture afterwards. */
class Step implements fc.AsyncCommand<Model, Real> {
  readonly #name: string;
  readonly #run: (model: Model, real: Real) => Promise<void> | void;
  readonly #when: (model: Model) => boolean;

  constructor(
    name: string,
    run: (model: Model, real: Real) => Promise<void> | void,
    when: (model: Model) => boolean = () => true,
  ) {
    this.#name = name;
    this.#run = run;
    this.#when = when;
  }
  check(model: Readonly<Model>): boolean {
    return this.#when(model);
  }
  async run(model: Model, real: Real): Promise<void> {
    await this.#run(model, real);
    expect({
      depth: real.queue.depth,
      delayed: real.queue.delayed,
      running: real.queue.running,
      failures: Object.fromEntries(keys.map((key) => [key, real.queue.failures(key)])),
    }).toEqual({
      depth: model.ready().length,
      delayed: model.wishes.filter((wish) => wish.due !== undefined).length,
      running: model.running().length,
      failures: Object.fromEntries(keys.map((key) => [key, model.failures.get(key) ?? 0])),
    });
  }
  toString(): string {
    return this.#name;
  }
}

const keys = ['a', 'b', 'c', 'd', 'e', 'f'];
const key = fc.constantFrom(...keys);
const priority = fc.constantFrom<Priority>('normal', 'low');

const commands = [
  fc.tuple(key, priority).map(
    ([name, level]) =>
      new Step(`add(${name}, ${level})`, (model, { queue }) => {
        model.want(name, level);
        queue.add(name, { priority: level });
      }),
  ),
  // Each key has its own millisecond: no two deadlines are equal, so that their order is known.
  fc.tuple(key, fc.integer({ min: -1, max: 40 })).map(
    ([name, half]) =>
      new Step(`addAfter(${name}, ${half})`, (model, { queue }) => {
        const delayMs = half * 1_000 + keys.indexOf(name);
        model.wantAt(name, model.now + delayMs);
        queue.addAfter(name, delayMs);
      }),
  ),
  fc.constant(
    new Step(
      'take',
      async (model, { queue }) => {
        expect(await queue.take()).toBe(model.take());
      },
      (model) => model.ready().length > 0,
    ),
  ),
  fc.nat(5).map(
    (index) =>
      new Step(
        `done(${index})`,
        (model, { queue }) => {
          const running = model.running();
          const name = running[index % running.length] ?? '';
          model.done(name);
          queue.done(name);
        },
        (model) => model.running().length > 0,
      ),
  ),
  key.map(
    (name) =>
      new Step(`retry(${name})`, (model, { queue }) => {
        const failures = model.failures.get(name) ?? 0;
        const delayMs = Math.min(300_000, 1_000 * 2 ** failures) + keys.indexOf(name);
        model.failures.set(name, failures + 1);
        model.wantAt(name, model.now + delayMs);
        expect(queue.retry(name, keys.indexOf(name))).toBe(delayMs);
      }),
  ),
  key.map(
    (name) =>
      new Step(`forget(${name})`, (model, { queue }) => {
        model.failures.delete(name);
        queue.forget(name);
      }),
  ),
  key.map(
    (name) =>
      new Step(`remove(${name})`, (model, { queue }) => {
        model.failures.delete(name);
        const { running } = model.of(name);
        model.wishes = model.wishes.filter((wish) => wish.key !== name);
        if (running) model.of(name).running = true;
        queue.remove(name);
      }),
  ),
  fc.nat(60).map(
    (ms) =>
      new Step(`advance(${ms * 500})`, async (model, { clock }) => {
        model.advance(ms * 500);
        await clock.advance(ms * 500);
      }),
  ),
];

test.prop([fc.commands(commands, { maxCommands: 120, size: 'max' })], { numRuns: 150 })(
  'the work queue does what a plain list of wishes does',
  async (program) => {
    await fc.asyncModelRun(() => {
      const clock = new FakeClock();
      const queue = new WorkQueue({ clock, backoff: exponentialBackoff({ random: () => 1 }) });
      return { model: new Model(), real: { clock, queue } };
    }, program);
  },
);

test.prop([fc.scheduler(), fc.array(fc.tuple(key, priority), { maxLength: 40 }), fc.integer({ min: 1, max: 4 })])(
  'whatever the order of passes, no key is in two of them and none is left out',
  async (scheduler, additions, takers) => {
    const queue = new WorkQueue({ clock: new FakeClock() });
    const inWork = new Set<string>();
    const unseen = new Set<string>();
    const work = async (): Promise<void> => {
      for (;;) {
        const name = await queue.take();
        expect(inWork.has(name)).toBe(false);
        inWork.add(name);
        unseen.delete(name);
        await scheduler.schedule(Promise.resolve(), `pass over ${name}`);
        inWork.delete(name);
        queue.done(name);
      }
    };
    const workers = Promise.allSettled(Array.from({ length: takers }, work));
    const adding = additions.map(([name, level]) =>
      scheduler.schedule(Promise.resolve(), `add ${name}`).then(() => {
        unseen.add(name);
        queue.add(name, { priority: level });
      }),
    );
    await scheduler.waitFor(Promise.all(adding));
    await scheduler.waitIdle();
    expect([queue.depth, queue.running, unseen.size]).toEqual([0, 0, 0]);
    queue.close();
    const ends = await workers;
    expect(ends.map((end) => end.status === 'rejected' && (end.reason as Error).name)).toEqual(
      Array.from({ length: takers }, () => 'QueueClosedError'),
    );
  },
);
