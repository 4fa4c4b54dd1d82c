import { setTimeout as wait } from 'node:timers/promises';
import { ANNOTATIONS } from '../src/api/names.ts';
import { Arrivals } from './arrivals.ts';
import { isReady, type KubernetesObject } from './kubernetes.ts';
import type { OperatorProcess } from './operator-process.ts';
import { operatorRequests, untilQuiet, type Measured } from './phases.ts';
import { demand, proveIssued } from './proof.ts';
import { elasticsearchUse, kubernetesUse } from './requests.ts';
import { IN_FLIGHT, inFlight, NAMESPACES, PATHS } from './workload.ts';
import type { World } from './world.ts';

const objects = PATHS.objects(NAMESPACES.objects);
/** So that no replaced key is due before the last object is switched, even where servers are slow. */
const OVERLAP_SECONDS = 60;

/**
 * Another key for all objects, due at once. The operator stands still while the rotations are asked for, so that the
 * asking is not measured, and again until the last overlap is over, so that all replaced keys are due at once, too. A
 * watch looks on all the time for an object that is not Ready.
 */
export async function measureRotation(
  world: World,
  operator: OperatorProcess,
  names: readonly string[],
): Promise<Measured> {
  const { admin, proxy, progress } = world;
  progress(`operator: ${names.length} rotations at once …`);
  const before = await keyIDs(world);
  const switched = new Arrivals(names.length);
  const retired = new Arrivals(names.length);
  const unready = new Set<string>();
  using watch = await admin.watch(objects, ({ object }) => {
    const { name } = object.metadata;
    if (!isReady(object)) unready.add(name);
    const { keyID, retiring = [] } = object.status ?? {};
    if (keyID === undefined || keyID === before.get(name)) return;
    switched.seen(name);
    if (retiring.length === 0) retired.seen(name);
  });
  const counted = await proxy.count();
  const due = await operator.whilePaused(() => request(world, names));
  await switched.untilAll('objects have another key', [watch.failed], progress);
  progress('operator: paused until the overlap is over …');
  const over = await operator.whilePaused(() => wait(OVERLAP_SECONDS * 1000));
  await retired.untilAll('replaced keys are invalidated', [watch.failed], progress);
  await untilQuiet(world);
  const requests = await operatorRequests(counted);
  await proveIssued(world, names.length);
  const after = await keyIDs(world);
  demand('objects with another key', names.filter((name) => after.get(name) !== before.get(name)).length, names.length);

  const count = names.length;
  const kubernetes = kubernetesUse(requests.kubernetes);
  const [switching, retiring] = [switched.last - due, retired.last - over];
  return {
    sample: {
      'rotate.objectsPerSecond': (count / (switching + retiring)) * 1000,
      'rotate.switch.objectsPerSecond': (count / switching) * 1000,
      'rotate.retire.objectsPerSecond': (count / retiring) * 1000,
      'rotate.unready': unready.size,
      'rotate.kubernetesWrites': kubernetes.writes / count,
      'rotate.kubernetesDryRuns': kubernetes.dryRuns / count,
      'rotate.kubernetesReads': kubernetes.reads / count,
      'rotate.elasticsearchRequests': elasticsearchUse(requests.elasticsearch).forObjects / count,
    },
    requests,
  };
}

/** Asks for a rotation of each object. */
async function request({ load }: World, names: readonly string[]): Promise<void> {
  const rotation = { request: 'bench', overlap: `${OVERLAP_SECONDS}s` };
  await inFlight(names.length, IN_FLIGHT, async (index) => {
    await load.send('PATCH', `${objects}/${names[index]}`, { spec: { rotation } }, 'application/merge-patch+json');
  });
}

/** The ids that the Secrets name, by their names, which are those of the objects. */
async function keyIDs({ admin }: World): Promise<ReadonlyMap<string, string | undefined>> {
  const secrets = await admin.list(PATHS.secrets(NAMESPACES.objects));
  const idOf = ({ metadata }: KubernetesObject): string | undefined => metadata.annotations?.[ANNOTATIONS.keyID];
  return new Map(secrets.map((secret) => [secret.metadata.name, idOf(secret)]));
}
