import { renderChart, type ChartObject } from './chart.ts';

/** What the chart grants in each of its modes, rendered once for a run. Plain data. */
export interface Roles {
  readonly all: RolesOfMode;
  readonly listed: RolesOfMode;
}

/** Without and with the right to restart consumers. */
interface RolesOfMode {
  readonly plain: readonly ChartObject[];
  readonly restarts: readonly ChartObject[];
}

export type Mode = keyof Roles;

/** In the place of the namespaces that a test makes. */
const OWN = 'own-namespace-of-the-operator';
const SERVED = 'one-of-the-namespaces-it-serves';

const KINDS = ['ServiceAccount', 'Role', 'RoleBinding', 'ClusterRole', 'ClusterRoleBinding'];

/** Renders the chart for every mode. */
export async function renderRoles(helm: string): Promise<Roles> {
  const render = async (watchNamespaces: readonly string[], restartConsumers: boolean) => {
    const objects = await renderChart(helm, OWN, {
      watchNamespaces,
      rbac: { restartConsumers },
      crds: { enabled: false },
    });
    return objects.filter(({ kind }) => KINDS.includes(kind));
  };
  const mode = async (watch: readonly string[]): Promise<RolesOfMode> => ({
    plain: await render(watch, false),
    restarts: await render(watch, true),
  });
  return { all: await mode([]), listed: await mode([SERVED]) };
}

/** The same objects for an operator in this namespace that serves those. */
export function rolesIn(
  objects: readonly ChartObject[],
  own: string,
  served: 'all' | readonly string[],
): readonly ChartObject[] {
  const put = (object: ChartObject, place: string): ChartObject =>
    JSON.parse(JSON.stringify(object).replaceAll(OWN, own).replaceAll(SERVED, place)) as ChartObject;
  const places = served === 'all' ? [''] : served;
  return objects.flatMap((object) =>
    object.metadata.namespace === SERVED ? places.map((place) => put(object, place)) : [put(object, '')],
  );
}
