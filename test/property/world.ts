import { ANNOTATIONS, LABELS } from '../../src/api/names.ts';
import { aBeatApiKey } from '../builders/beat-api-key.ts';
import { someTerms } from '../builders/connection-view.ts';
import { Circumstances } from './circumstances.ts';
import { ROLES, specOf, type Edit, type HistoryEvent, type SECRET_EVENTS, type SERVER_EVENTS } from './history.ts';
import { ModelElasticsearch } from './model-elasticsearch.ts';
import { ModelKubernetes } from './model-kubernetes.ts';
import { Operator } from './operator.ts';

/** An object that was just made, and an operator that has just begun to lead. */
export function aWorld(first: Edit): Operator {
  const at = new Circumstances();
  const kubernetes = new ModelKubernetes(at, aBeatApiKey({ claimed: false, spec: specOf(first) }));
  // The object of the builder has a preset where no role descriptors are given; the spec here is complete.
  const operator = new Operator(at, new ModelElasticsearch(at), kubernetes);
  operator.terms = someTerms({
    ceiling: { cluster: ['monitor'], indices: ROLES.flatMap((roles) => roles['writer']?.indices ?? []) },
  });
  return operator;
}

/** Lets one thing happen. */
export function happen(world: Operator, event: HistoryEvent): void {
  const { at, kubernetes, elasticsearch } = world;
  switch (event.type) {
    case 'edit':
      if (kubernetes.object !== undefined) kubernetes.apply(specOf(event.spec));
      return;
    case 'nonsense':
      if (kubernetes.object !== undefined) kubernetes.apply(event.spec);
      return;
    case 'time':
      at.now += event.ms;
      return;
    case 'look':
      world.lookAtConnection();
      return;
    case 'pass':
      if (!event.late) kubernetes.watch();
      at.effectsLeft = event.killedAfter ?? Infinity;
      world.pass();
      at.effectsLeft = Infinity;
      return;
    case 'restart':
      kubernetes.watch();
      world.restart();
      return;
    case 'server':
      happenToServer(world, event.what);
      return;
    case 'secret':
      happenToSecret(world, event.what);
      return;
    case 'user':
      elasticsearch.user = { username: event.name, realm: 'native1' };
      elasticsearch.manageApiKey = event.manageApiKey;
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

function happenToServer({ at, kubernetes, elasticsearch }: Operator, what: (typeof SERVER_EVENTS)[number]): void {
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
      return;
    case 'first cluster':
      elasticsearch.cluster = 'cluster-1';
      return;
    case 'lacks privileges':
      elasticsearch.missingPrivileges = ['cluster: monitor'];
      return;
    case 'has privileges':
      elasticsearch.missingPrivileges = [];
  }
}

function happenToSecret({ at, kubernetes }: Operator, what: (typeof SECRET_EVENTS)[number]): void {
  const without = (names: readonly string[], name: string): readonly string[] => names.filter((one) => one !== name);
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
      kubernetes.meddle(({ metadata }) => {
        const { [LABELS.ownerUID]: _uid, ...labels } = metadata.labels;
        return { labels };
      });
      return;
    case 'edit label':
      kubernetes.meddle(({ metadata }) => ({
        labels: { ...metadata.labels, team: 'other' },
        ownedLabels: without(metadata.ownedLabels, 'team'),
      }));
      return;
    case 'conflict':
      at.secretWriteConflicts = true;
  }
}
