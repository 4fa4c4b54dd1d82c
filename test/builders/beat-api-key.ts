import { ANNOTATIONS, API_VERSION, FINALIZER } from '../../src/api/names.ts';
import type { BeatApiKey, BeatApiKeySpec, ObjectMeta } from '../../src/api/types.ts';

/** The installation that the builders' objects, keys and operators belong to. */
export const INSTALLATION = 'test-installation';

export interface BeatApiKeyOptions {
  readonly metadata?: Partial<ObjectMeta>;
  /** Beside `connectionRef`, and the preset where no role descriptors are given. */
  readonly spec?: Partial<BeatApiKeySpec>;
  readonly status?: BeatApiKey['status'];
  /** False: neither finalizer nor installation annotation. */
  readonly claimed?: boolean;
}

/** `logging/packetbeat`, claimed, with the Packetbeat preset. */
export function aBeatApiKey({ metadata, spec = {}, status, claimed = true }: BeatApiKeyOptions = {}): BeatApiKey {
  return {
    apiVersion: API_VERSION,
    kind: 'BeatApiKey',
    metadata: {
      name: 'packetbeat',
      namespace: 'logging',
      uid: 'uid-1',
      resourceVersion: '1',
      generation: 1,
      creationTimestamp: '2026-01-01T00:00:00Z',
      ...(claimed ? { finalizers: [FINALIZER], annotations: { [ANNOTATIONS.installation]: INSTALLATION } } : {}),
      ...metadata,
    },
    spec: {
      connectionRef: { name: 'main' },
      ...(spec.roleDescriptors === undefined ? { preset: { beat: 'packetbeat' as const } } : {}),
      ...spec,
    },
    ...(status === undefined ? {} : { status }),
  };
}
