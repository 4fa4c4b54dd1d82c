import path from 'node:path';
import { build } from 'esbuild';
import { ofParts, type Sample } from './figures.ts';
import { IDLE, measureSteady } from './idle.ts';
import { createObjects } from './load.ts';
import { withOperator, type OperatorOptions } from './operator-process.ts';
import { connectionReady, settledMemory, type Measured } from './phases.ts';
import { proveIssued } from './proof.ts';
import { measureRestart, restartRequests } from './restart.ts';
import type { RoundResult } from './round.ts';
import type { World } from './world.ts';

/** What is measured with very many objects, which are made once. */
export const LARGE_PARTS = ['steady', 'restart', 'memory5000'] as const;
export type LargePart = (typeof LARGE_PARTS)[number];

export interface LargeOptions {
  readonly objects: number;
  readonly rounds: number;
  readonly parts: ReadonlySet<string>;
  readonly bundle: string;
  /** Options of Node for the operator. */
  readonly flags: readonly string[];
  /** Folder for CPU profiles of the restarts. */
  readonly profiles?: string | undefined;
}

/** Makes very many objects, and answers what each round with them gave; the making of them counts for the first. */
export async function measureLarge(world: World, options: LargeOptions): Promise<readonly RoundResult[]> {
  const { objects, rounds, parts, bundle, flags, profiles } = options;
  const operator: OperatorOptions = {
    bundle,
    flags,
    installation: 'bench-large',
    kubeconfig: world.kubeconfig,
    log: path.join(world.folder, 'operator.log'),
  };
  // The first contact writes the connection's status, as no restart does.
  await withOperator(operator, () => connectionReady(world));
  const none = await restartRequests(world, operator);
  const created = await createAll(world, operator, objects);
  // The next inventory is the first with all keys, and changes their count in the connection's status.
  await restartRequests(world, operator);
  const lists = await bundleLists(world.folder);
  const results: RoundResult[] = [];
  for (let round = 1; round <= rounds; round++) {
    world.progress(`round ${round} of ${rounds} with ${objects} objects`);
    const requests: Record<string, Measured['requests']> = {};
    let sample: Sample = round === 1 ? created : {};
    const take = (part: LargePart, measured: Measured): void => {
      sample = { ...sample, ...measured.sample };
      requests[part] = measured.requests;
    };
    if (parts.has('restart')) {
      take('restart', await measureRestart(world, { operator: { ...operator, profiles }, lists, objects, none }));
    }
    if (parts.has('steady') || parts.has('memory5000')) {
      await withOperator({ ...operator, driftInterval: `${IDLE.intervalSeconds}s` }, async (running) => {
        await running.untilDone(objects);
        take('steady', await measureSteady(world, objects));
        sample['memory.rssMiB5000.restarted'] = running.memory().now;
      });
    }
    results.push({ sample: ofParts(parts, sample), requests });
  }
  return results;
}

async function createAll(world: World, options: OperatorOptions, objects: number): Promise<Sample> {
  let sample: Sample = {};
  world.progress(`operator: ${objects} objects at once …`);
  await withOperator(options, async (operator) => {
    await operator.untilReady();
    await createObjects(world, 'large', objects);
    const { now, highest } = await settledMemory(world, operator);
    await proveIssued(world, objects);
    sample = { 'memory.rssMiB5000': now, 'memory.rssMiB5000.highest': highest };
  });
  return sample;
}

/** The bare lists as one file, as the operator is: loading a hundred files is no part of a list. */
async function bundleLists(folder: string): Promise<string> {
  const outfile = path.join(folder, 'bare-lists.mjs');
  const require = "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";
  await build({
    entryPoints: [path.join(import.meta.dirname, 'bare-lists.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    banner: { js: require },
    logLevel: 'warning',
  });
  return outfile;
}
