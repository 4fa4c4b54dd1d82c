import type { BeatApiKey, BeatApiKeySpec } from '../../../src/api/types.ts';

/** What a Beat needs that publishes and reports on itself. */
const narrow = {
  beat: {
    cluster: ['monitor'],
    indices: [{ names: ['packetbeat-*'], privileges: ['auto_configure', 'create_doc'] }],
  },
} as const;
const wide = { beat: { ...narrow.beat, cluster: ['monitor', 'read_pipeline'] } } as const;

/**
 * So short that a replaced key is retired within the story, so long that all before is over by then: a story must go the
 * same way each time.
 */
const overlap = '5s';

/** What happens to an object, and how it stands when all is done. */
export interface Story {
  readonly name: 'creation' | 'rotation' | 'update' | 'deletion';
  /** The object before the story; left out: there is none. */
  readonly before?: Partial<BeatApiKeySpec>;
  /** What is applied to begin the story; left out: the object is deleted. */
  readonly applied?: Partial<BeatApiKeySpec>;
  /** Whether a DaemonSet of the same name is restarted for each new key. */
  readonly restarts?: true;
  /** How many keys are stored in its Secret in the course of the story. */
  readonly stored: number;
  /** True of an object that is ready where the story is over. */
  readonly isOver: (object: BeatApiKey) => boolean;
}

const plain = { roleDescriptors: narrow, rotation: { overlap } } as const;
const dated = { ...plain, expiration: '30d' } as const;

export const STORIES: readonly Story[] = [
  { name: 'creation', applied: plain, stored: 1, isOver: () => true },
  {
    name: 'rotation',
    before: plain,
    restarts: true,
    applied: { ...plain, rotation: { overlap, request: 'again' } },
    stored: 1,
    isOver: ({ status }) => status?.handledRequest === 'again' && status.retiring === undefined,
  },
  {
    name: 'update',
    before: dated,
    applied: { roleDescriptors: wide, rotation: { overlap }, expiration: '60d' },
    stored: 0,
    isOver: () => true,
  },
  { name: 'deletion', before: plain, stored: 0, isOver: () => true },
];

/** The rights that the key must have in the end, as `_has_privileges` is asked for them. */
export function rightsOf({ before, applied }: Story): object {
  const { beat } = ((applied ?? before)?.roleDescriptors ?? narrow) as typeof narrow;
  return { cluster: beat.cluster, index: beat.indices };
}
