import type { Objects } from '../objects.ts';
import type { World } from '../world.ts';

/** Everything that a user of a namespace, or who runs the operator, gets to see, by the way that it is looked at. */
export async function placesOf(world: World, objects: Objects): Promise<Readonly<Record<string, string>>> {
  const kinds = 'beatapikeys,elasticsearchconnections';
  const [describe, yaml, table, events] = await Promise.all([
    objects.kubectl(['describe', kinds]),
    objects.kubectl(['get', kinds, '-o', 'yaml', '--show-managed-fields']),
    objects.kubectl(['get', kinds, '-o', 'wide']),
    objects.kubectl(['get', 'events', '-o', 'yaml']),
  ]);
  const metrics = world.operator.runs ? await world.operator.metrics() : '';
  const log = world.operators.flatMap(({ lines }) => lines).join('\n');
  return { describe, yaml, table, events, metrics, log };
}

/** How much was looked at. */
export const linesIn = (places: Readonly<Record<string, string>>): number =>
  Object.values(places).reduce((sum, text) => sum + text.split('\n').length, 0);
