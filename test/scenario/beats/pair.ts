import path from 'node:path';
import { expect, vi } from 'vitest';
import type { BeatApiKey, BeatApiKeySpec } from '../../../src/api/types.ts';
import type { Program } from '../../testbed/beats/beat-process.ts';
import { beatsBinaries } from '../../testbed/beats/binaries.ts';
import { controlPlane } from '../../testbed/current.ts';
import { temporaryFolder } from '../../testbed/leftovers.ts';
import { ApiServer } from '../api-server.ts';
import type { Site } from '../site.ts';
import { countDocuments, tally, type Tally } from './arrivals.ts';
import { PlayedPods } from './played-pods.ts';
import { growingFile, monitoredServer, type Source } from './sources.ts';

/** Longer than a roll-out takes whose Beat is given all the time that its pod has. */
const PATIENCE = { timeout: 180_000, interval: 100 };

/** A Beat in the pod of a DaemonSet; BeatApiKey, Secret and DaemonSet have the same name. */
export interface PodBeat {
  readonly pods: PlayedPods;
  readonly source: Source;
  /** How many documents there are. */
  count(): Promise<number>;
  /** What became of the events until now. */
  tally(): Promise<Tally>;
}

/** A Beat whose key is replaced, and one alike, on events alike, whose key never is. */
export interface Pair {
  readonly program: Program;
  readonly rotated: PodBeat;
  readonly control: PodBeat;
  /**
   * Has the key of the one replaced as `rotation` asks, has the pod of the other replaced as soon as the first one's is
   * told to stop, and waits until both Beats run again. Gives the BeatApiKey with its new key.
   */
  replaceKey(rotation: Readonly<Record<string, string>>): Promise<BeatApiKey>;
}

/** A pair of each Beat. Dispose of them before the site's world is closed. */
export interface Pairs extends AsyncDisposable {
  readonly filebeat: Pair;
  readonly heartbeat: Pair;
}

/** Starts them with keys of the site, which live on for `overlap` at least; they are built first where they are not yet. */
export async function openPairs(site: Site, overlap: string): Promise<Pairs> {
  const binaries = await beatsBinaries((line) => console.error(line));
  await using stack = new AsyncDisposableStack();
  const api = stack.use(new ApiServer(controlPlane()));
  const folder = temporaryFolder('beats');
  stack.defer(folder.remove);
  const { objects, node } = site;
  const opened: { readonly pods: PlayedPods; readonly index: string }[] = [];
  const close = async ({ pods, index }: (typeof opened)[number]) => {
    await pods[Symbol.asyncDispose]();
    await node.request('DELETE', `/${index}`);
  };
  stack.defer(async () => void (await Promise.all(opened.map(close))));

  const open = async (program: Program, name: string, spec: Partial<BeatApiKeySpec>): Promise<PodBeat> => {
    await objects.issue(name, { preset: { beat: program }, ...spec });
    const lines = path.join(folder.path, `${name}-lines`);
    const source = stack.use(await (program === 'filebeat' ? growingFile(lines) : monitoredServer()));
    // What the presets lend begins with the name of the Beat.
    const index = `${name}-${objects.namespace}`;
    const beat = {
      ...{ program, binaries, index, inputs: source.inputs },
      ...{ folder: path.join(folder.path, name), elasticsearch: node },
    };
    const pods = await PlayedPods.start({ name, secret: name, beat }, api, objects);
    opened.push({ pods, index });
    await vi.waitFor(() => expect(pods.keyIDs).toHaveLength(1), PATIENCE);
    return { pods, source, count: () => countDocuments(node, index), tally: () => tally(node, index, source) };
  };

  const openPair = async (program: Program): Promise<Pair> => {
    const consumers = [{ kind: 'DaemonSet', name: program, restart: true }] as const;
    const [rotated, control] = await Promise.all([
      open(program, program, { rotation: { overlap }, consumers: [...consumers] }),
      open(program, `${program}-control`, {}),
    ]);
    const replaceKey = async (rotation: Readonly<Record<string, string>>) => {
      const before = await objects.ready(program);
      const runs = rotated.pods.keyIDs.length;
      await objects.patch('BeatApiKey', program, { spec: { rotation } });
      await vi.waitFor(() => expect(rotated.pods.stopping).toBe(runs), PATIENCE);
      await control.pods.restart();
      await vi.waitFor(() => {
        expect(rotated.pods.keyIDs).toHaveLength(runs + 1);
        expect(control.pods.keyIDs).toHaveLength(runs + 1);
      }, PATIENCE);
      return objects.rotated(program, before);
    };
    return { program, rotated, control, replaceKey };
  };

  const [filebeat, heartbeat] = await Promise.all([openPair('filebeat'), openPair('heartbeat')]);
  const all = stack.move();
  return { filebeat, heartbeat, [Symbol.asyncDispose]: () => all.disposeAsync() };
}
