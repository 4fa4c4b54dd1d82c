import type { ElasticsearchConnection } from '../api/types.ts';
import { systemClock } from '../runtime/clock.ts';
import { Client } from './client.ts';
import { loadKubeConfig } from './kubeconfig.ts';
import { CONNECTIONS } from './resource.ts';
import { Transport } from './transport.ts';

/**
 * One connection as the API server has it now; `undefined` where there is none. `kubeconfig`: a file; left out: the
 * usual places. Throws `Failure`, and another error where there is no usable kubeconfig.
 */
export async function readLiveConnection(
  namespace: string,
  name: string,
  kubeconfig?: string,
): Promise<ElasticsearchConnection | undefined> {
  const transport = new Transport({ kubeConfig: loadKubeConfig(kubeconfig), clock: systemClock });
  try {
    return await new Client(transport, { namespaces: [namespace], operatorNamespace: namespace }).get({
      resource: CONNECTIONS,
      namespace,
      name,
    });
  } finally {
    await transport.close();
  }
}
