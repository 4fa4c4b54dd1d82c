import type { ANNOTATIONS } from '../../src/api/names.ts';
import type { BeatApiKeySpec, RoleDescriptors } from '../../src/api/types.ts';
import type { OrphanKind } from './model-orphans.ts';

/** Something that happens to the object, to the servers or to the operator. */
export type HistoryEvent =
  | { readonly type: 'edit'; readonly spec: Edit }
  | { readonly type: 'change'; readonly part: Partial<Edit> }
  | { readonly type: 'nonsense'; readonly spec: unknown }
  | { readonly type: 'time'; readonly ms: number }
  | { readonly type: 'look' }
  /** `killedAfter`: effects that the process still has. `late`: the watch has not caught up. */
  | { readonly type: 'pass'; readonly killedAfter?: number; readonly late: boolean }
  | { readonly type: 'restart' }
  | { readonly type: 'server'; readonly what: (typeof SERVER_EVENTS)[number] }
  | { readonly type: 'secret'; readonly what: (typeof SECRET_EVENTS)[number] }
  /** `which`: of `WORKLOADS`. */
  | { readonly type: 'workload'; readonly which: number; readonly what: (typeof WORKLOAD_EVENTS)[number] }
  /** Controllers and kubelets do so many things. */
  | { readonly type: 'rollOut'; readonly steps: number }
  /** After so long, passes and roll-outs take turns, each until it has little left to do. */
  | { readonly type: 'quiet'; readonly ms: number }
  | { readonly type: 'orphan'; readonly kind: OrphanKind }
  | { readonly type: 'user'; readonly name: 'beatkeys' | 'other'; readonly manageApiKey: boolean }
  | { readonly type: 'journal'; readonly part: keyof typeof ANNOTATIONS }
  | { readonly type: 'lag'; readonly ms: number };

export const SERVER_EVENTS = [
  'down',
  'up',
  'kill key',
  'edit key',
  'lose next answer',
  'other cluster',
  'first cluster',
  'lacks privileges',
  'has privileges',
] as const;
export const SECRET_EVENTS = [
  'delete',
  'alter value',
  'touch value',
  'drop value',
  'drop label',
  'edit label',
  'leave the watch',
  'conflict',
  'lose next answer',
  'slow write',
] as const;
export const WORKLOAD_EVENTS = [
  'hold',
  'let go',
  'fail',
  'mend',
  'no nodes',
  'more nodes',
  'evict a pod',
  'delete',
  'create',
  'revert the template',
  'deny restart',
  'deny reading',
  'allow',
] as const;

/** The workloads of the world; the last is not there at first. */
export const WORKLOADS = [
  { kind: 'DaemonSet', name: 'packetbeat' },
  { kind: 'Deployment', name: 'apm-server' },
  { kind: 'StatefulSet', name: 'late' },
] as const;
const [daemonSet, deployment, late] = WORKLOADS;
export const CONSUMERS = [
  [],
  [{ ...daemonSet, restart: true }],
  [daemonSet],
  [{ ...daemonSet, restart: true }, deployment],
  [
    { ...deployment, restart: true },
    { ...late, restart: true },
  ],
] as const;

/** What users change; together with what does not change it is the spec. */
export interface Edit {
  readonly roles: 0 | 1;
  readonly expiration: string | null;
  readonly overlap: string;
  readonly request: string | null;
  readonly revokeRequest: string | null;
  readonly template: 0 | 1 | 2;
  readonly keyName: string | null;
  readonly suspend: boolean;
  readonly retain: boolean;
  /** Of `CONSUMERS`. */
  readonly consumers: number;
  /** Renewed so early that a replaced key may still live when its successor cannot wait any more. */
  readonly early: boolean;
}

export const ROLES: readonly RoleDescriptors[] = [
  { writer: { cluster: ['monitor'], indices: [{ names: ['packetbeat-*'], privileges: ['create_doc'] }] } },
  {
    writer: {
      cluster: ['monitor'],
      indices: [{ names: ['packetbeat-*'], privileges: ['create_doc', 'auto_configure'] }],
    },
  },
];
const TEMPLATES = [
  {},
  { labels: { team: 'net' }, data: { 'beat.yml': 'output.elasticsearch.api_key: "{{ beats }}"' } },
  { annotations: { note: 'x' }, data: { url: '{{ url }}' } },
] as const;

export function specOf(edit: Edit): BeatApiKeySpec {
  const { expiration, overlap, request, revokeRequest, keyName, suspend, retain, early } = edit;
  return {
    connectionRef: { name: 'main' },
    roleDescriptors: ROLES[edit.roles] ?? {},
    ...(expiration === null ? {} : { expiration }),
    rotation: {
      overlap,
      ...(early && expiration === '30d' ? { renewBefore: '25d' } : {}),
      ...(request === null ? {} : { request }),
      ...(revokeRequest === null ? {} : { revokeRequest }),
    },
    secret: { template: TEMPLATES[edit.template] },
    ...(keyName === null ? {} : { keyName }),
    suspend,
    deletionPolicy: retain ? 'Retain' : 'Invalidate',
    consumers: CONSUMERS[edit.consumers] ?? [],
  };
}
