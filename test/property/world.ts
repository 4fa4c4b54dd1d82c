import { ANNOTATIONS, LABELS } from '../../src/api/names.ts';
import { aBeatApiKey } from '../builders/beat-api-key.ts';
import { Circumstances } from './circumstances.ts';
import {
  ROLES,
  specOf,
  WORKLOADS,
  type Edit,
  type HistoryEvent,
  type SECRET_EVENTS,
  type SERVER_EVENTS,
  type WORKLOAD_EVENTS,
} from './history.ts';
import { ModelConnection } from './model-connection.ts';
import { ModelElasticsearch } from './model-elasticsearch.ts';
import { ModelKubernetes } from './model-kubernetes.ts';
import { ModelOrphans } from './model-orphans.ts';
import { Operator } from './operator.ts';
import type { Servers } from './servers.ts';

/** One object, both systems, and the operator. */
export interface World extends Servers {
  readonly kubernetes: ModelKubernetes;
  readonly operator: Operator;
  /** What a user asked for last. */
  edit: Edit;
}

/** An object that was just made, and an operator that has just begun to lead. */
export function aWorld(first: Edit): World {
  const at = new Circumstances();
  // The object of the builder has a preset where no role descriptors are given; the spec here is complete.
  const kubernetes = new ModelKubernetes(at, aBeatApiKey({ claimed: false, spec: specOf(first) }), WORKLOADS);
  for (const workload of kubernetes.workloads) workload.exists = workload.name !== 'late';
  const elasticsearch = new ModelElasticsearch(at);
  const indices = ROLES.flatMap((roles) => roles['writer']?.indices ?? []);
  const servers: Servers = {
    at,
    elasticsearch,
    connection: new ModelConnection({ policy: { roleDescriptor: { cluster: ['monitor'], indices } } }),
    objects: [kubernetes],
    orphans: new ModelOrphans(at, elasticsearch),
  };
  return { ...servers, kubernetes, operator: new Operator(servers, 'logging/packetbeat'), edit: first };
}

/** Lets one thing happen. */
export async function happen(world: World, event: HistoryEvent): Promise<void> {
  const { at, kubernetes, elasticsearch, operator, orphans } = world;
  switch (event.type) {
    case 'edit':
      apply(world, event.spec);
      return;
    case 'change':
      apply(world, { ...world.edit, ...event.part });
      return;
    case 'nonsense':
      if (kubernetes.object !== undefined) kubernetes.apply(event.spec);
      return;
    case 'time':
      at.now += event.ms;
      return;
    case 'look':
      await operator.lookAtConnection();
      return;
    case 'pass':
      if (!event.late) kubernetes.watch();
      at.effectsLeft = event.killedAfter ?? Infinity;
      await operator.pass();
      at.effectsLeft = Infinity;
      return;
    case 'restart':
      operator.restart();
      kubernetes.watch();
      return;
    case 'server':
      happenToServer(world, event.what);
      return;
    case 'secret':
      happenToSecret(world, event.what);
      return;
    case 'workload':
      happenToWorkload(world, event.which, event.what);
      return;
    case 'rollOut':
      for (let step = 0; step < event.steps; step++) rollOut(world);
      return;
    case 'quiet':
      at.now += event.ms;
      for (let round = 0; round < 8; round++) {
        kubernetes.watch();
        await operator.lookAtConnection();
        await operator.pass();
        rollOut(world);
      }
      return;
    case 'orphan':
      orphans.place(event.kind);
      return;
    case 'user':
      elasticsearch.user = { username: event.name, realm: 'native1' };
      elasticsearch.manageApiKey = event.manageApiKey;
      // The Secret with the credential is watched.
      operator.connection.dirty = true;
      operator.connection.inDoubt = true;
      return;
    case 'journal':
      kubernetes.meddle(({ metadata }) => {
        const { [ANNOTATIONS[event.part]]: _lost, ...annotations } = metadata.annotations;
        return { annotations };
      });
      return;
    case 'lag':
      elasticsearch.lag = event.ms;
  }
}

/** A user asks for this from now on. */
export function apply(world: World, edit: Edit): void {
  world.edit = edit;
  if (world.kubernetes.object !== undefined) world.kubernetes.apply(specOf(edit));
}

/** Every controller and every kubelet does one thing. */
function rollOut({ at, kubernetes }: Pick<World, 'at' | 'kubernetes'>): void {
  for (const workload of kubernetes.workloads) workload.step();
  at.now += 300;
}

function happenToServer(
  { at, kubernetes, elasticsearch, connection }: World,
  what: (typeof SERVER_EVENTS)[number],
): void {
  const id = kubernetes.secret?.data['id'] ?? '';
  switch (what) {
    case 'down':
      elasticsearch.down = true;
      return;
    case 'up':
      elasticsearch.down = false;
      return;
    case 'kill key':
      elasticsearch.meddle(id, { invalidated: true });
      return;
    case 'edit key':
      elasticsearch.meddle(id, { contentDigest: 'edited elsewhere' });
      return;
    case 'lose next answer':
      at.createAnswerIsLost = true;
      return;
    case 'other cluster':
      elasticsearch.cluster = 'cluster-2';
      connection.confirm('cluster-2');
      return;
    case 'first cluster':
      elasticsearch.cluster = 'cluster-1';
      connection.confirm('cluster-1');
      return;
    case 'lacks privileges':
      elasticsearch.missingPrivileges = ['cluster: monitor'];
      return;
    case 'has privileges':
      elasticsearch.missingPrivileges = [];
  }
}

function happenToSecret({ at, kubernetes }: World, what: (typeof SECRET_EVENTS)[number]): void {
  const without = (names: readonly string[], name: string): readonly string[] => names.filter((one) => one !== name);
  const loseLabel = (label: string): void =>
    kubernetes.meddle(({ metadata }) => {
      const { [label]: _lost, ...labels } = metadata.labels;
      return { labels };
    });
  switch (what) {
    case 'delete':
      kubernetes.secret = undefined;
      return;
    case 'alter value':
      kubernetes.meddle(({ metadata, data }) => ({
        data: { ...data, api_key: 'altered' },
        ownedDataKeys: without(metadata.ownedDataKeys, 'api_key'),
      }));
      return;
    case 'touch value':
      kubernetes.meddle(({ metadata }) => ({ ownedDataKeys: without(metadata.ownedDataKeys, 'key') }));
      return;
    case 'drop value':
      kubernetes.meddle(({ metadata, data: { key: _key, ...data } }) => ({
        data,
        ownedDataKeys: without(metadata.ownedDataKeys, 'key'),
      }));
      return;
    case 'drop label':
      loseLabel(LABELS.ownerUID);
      return;
    case 'leave the watch':
      loseLabel(LABELS.managedBy);
      return;
    case 'edit label':
      kubernetes.meddle(({ metadata }) => ({
        labels: { ...metadata.labels, team: 'other' },
        ownedLabels: without(metadata.ownedLabels, 'team'),
      }));
      return;
    case 'conflict':
      at.secretWriteConflicts = true;
      return;
    case 'lose next answer':
      at.secretAnswerIsLost = true;
      return;
    case 'slow write':
      at.meanwhile = () => {
        at.now += 1_300;
        for (const workload of kubernetes.workloads) workload.evict();
        for (let step = 0; step < 3; step++) rollOut({ at, kubernetes });
        at.now += 1_300;
      };
  }
}

function happenToWorkload({ kubernetes }: World, which: number, what: (typeof WORKLOAD_EVENTS)[number]): void {
  const workload = kubernetes.workloads[which];
  if (workload === undefined) return;
  switch (what) {
    case 'hold':
      workload.heldBy = workload.kind === 'Deployment' ? 'paused' : 'OnDelete';
      return;
    case 'let go':
      workload.heldBy = undefined;
      return;
    case 'fail':
      workload.failing = true;
      return;
    case 'mend':
      workload.failing = false;
      return;
    case 'no nodes':
      workload.nodes = 0;
      return;
    case 'more nodes':
      workload.nodes = 3;
      return;
    case 'evict a pod':
      workload.evict();
      return;
    case 'delete':
      workload.exists = false;
      return;
    case 'create':
      workload.exists = true;
      return;
    case 'revert the template':
      workload.revert();
      return;
    case 'deny restart':
      workload.denied = 'restart';
      return;
    case 'deny reading':
      workload.denied = 'read';
      return;
    case 'allow':
      workload.denied = undefined;
  }
}
