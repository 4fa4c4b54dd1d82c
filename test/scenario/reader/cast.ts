import type { BeatApiKeySpec } from '../../../src/api/types.ts';
import { collection } from '../stored-kinds.ts';
import type { Editor } from './editor.ts';
import { Fleet } from './fleet.ts';
import { readAndWrite } from './live-reader.ts';
import { Outbox } from './outbox.ts';
import type { Place, Stage } from './stage.ts';
import type { Tally } from './tally.ts';
import { edit, everyFewSeconds, request, rollOut, writer, type Change, type Turns } from './turns.ts';

/** An object, who uses its Secret, and what happens to it. */
export interface Part {
  readonly name: string;
  readonly place: Place;
  /** Clients write until the signal comes; rejects only if the test itself fails. */
  readonly write: Turns;
  /** Changes of its spec; left out where time alone rotates it. */
  readonly turns?: Turns;
  /** At least one rotation, or one roll-out of the workload, comes in so many milliseconds; left out: none at all. */
  readonly paceMs?: number;
  /** Ends the rotations that come by time. */
  readonly settle: () => Promise<unknown>;
  /** The workload that holds its key; left out where the Secret is read before each write. */
  readonly fleet?: Fleet;
}

/** Namespace and name of its Secret, as the tally has it. */
export const secretOf = ({ name, place }: Part): string => `${place.site.objects.namespace}/${name}`;

interface Role {
  readonly spec: Partial<BeatApiKeySpec>;
  readonly paceMs?: number;
  readonly change?: Change;
}

interface HeldRole extends Role {
  readonly kind: 'DaemonSet' | 'Deployment';
}

/** Milliseconds between two writes of a client. */
const LIVE_MS = 250;
const POD_MS = 1000;

const preset = { beat: 'packetbeat' } as const;
const roleDescriptors = { writer: writer(['packetbeat-*']) };

/**
 * A key is renewed when it is a tenth of its life old at the earliest, and what is left then is longer than Elasticsearch
 * is ever away here, even on a busy machine.
 */
const shortLived = (rotation: { readonly overlap: string }): Partial<BeatApiKeySpec> => ({
  preset,
  expiration: '300s',
  rotation: { ...rotation, renewBefore: '270s' },
});

/** Objects whose readers take the key out of the Secret before each write. */
const LIVE: Readonly<Record<string, Role>> = {
  requested: {
    spec: { preset, rotation: { overlap: '10s' } },
    paceMs: 15_000,
    change: { everyMs: 3000, of: request('request') },
  },
  revoked: {
    spec: { preset, rotation: { overlap: '10h' } },
    paceMs: 15_000,
    change: { everyMs: 4000, of: request('revokeRequest') },
  },
  expiring: { spec: shortLived({ overlap: '5s' }), paceMs: 45_000 },
  edited: { spec: { roleDescriptors, expiration: '30d' }, change: { everyMs: 2500, of: edit } },
};

/** Objects whose pods hold the key that they were started with: nothing but the wait for the roll-out protects them. */
const HELD: Readonly<Record<string, HeldRole>> = {
  rolled: { kind: 'DaemonSet', spec: { preset, rotation: { overlap: '0s' } }, paceMs: 20_000 },
  renewed: {
    kind: 'Deployment',
    spec: shortLived({ overlap: '1s' }),
    paceMs: 45_000,
    change: { everyMs: 5000, of: (turn) => ({ metadata: { turn: `${turn}` } }) },
  },
};

/** Issues every object at a place and starts the workloads that use them, which go away with `stack`. */
export async function openCast(stage: Stage, tally: Tally, stack: AsyncDisposableStack): Promise<readonly Part[]> {
  const parts = stage.places.flatMap((place) => [
    ...Object.entries(LIVE).map(([name, role]) => live(stage, place, name, role, tally)),
    ...Object.entries(HELD).map(([name, role]) => held(stage, place, name, role, tally, stack)),
  ]);
  return Promise.all(parts);
}

async function live({ editor }: Stage, place: Place, name: string, role: Role, tally: Tally): Promise<Part> {
  const { objects } = place.site;
  await objects.issue(name, role.spec);
  const outbox = new Outbox(name, place.shelf);
  tally.outboxes.push(outbox);
  const reader = { objects, secret: name, outbox, everyMs: LIVE_MS, revoked: name === 'revoked' };
  const path = pathOf(place, name);
  return {
    ...{ name, place, settle: settling(editor, path, role), ...paceOf(role) },
    write: (signal) => readAndWrite(reader, tally, signal),
    ...(role.change === undefined ? {} : { turns: everyFewSeconds(editor, path, role.change) }),
  };
}

async function held(
  { api, editor }: Stage,
  place: Place,
  name: string,
  role: HeldRole,
  tally: Tally,
  stack: AsyncDisposableStack,
): Promise<Part> {
  const { kind, spec, change } = role;
  const { site, shelf } = place;
  const { objects } = site;
  await objects.issue(name, { ...spec, consumers: [{ kind, name, restart: true }] });
  const fleet = stack.use(await Fleet.open({ kind, name, objects, api, editor, shelf, tally, everyMs: POD_MS }));
  const path = pathOf(place, name);
  const turns = change === undefined ? rollOut(editor, path, fleet) : everyFewSeconds(editor, path, change);
  const settle = settling(editor, path, role);
  return { name, place, fleet, turns, settle, ...paceOf(role), write: (signal) => fleet.write(signal) };
}

const paceOf = ({ paceMs }: Role) => (paceMs === undefined ? {} : { paceMs });

/** A long life instead of a short one, which changes the key in place. */
const settling =
  (editor: Editor, path: string, { spec }: Role) =>
  async () => {
    if (spec.expiration !== undefined) await editor.merge(path, { spec: { expiration: '60d' } });
  };

const pathOf = ({ site }: Place, name: string): string => `${collection('BeatApiKey', site.objects.namespace)}/${name}`;
