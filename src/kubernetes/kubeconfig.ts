import { KubeConfig } from '@kubernetes/client-node';

/** A kubeconfig file; left out: the usual places ($KUBECONFIG, home), then the service account of the pod. Throws. */
export function loadKubeConfig(file: string | undefined): KubeConfig {
  const kubeConfig = new KubeConfig();
  if (file === undefined) kubeConfig.loadFromDefault();
  else kubeConfig.loadFromFile(file);
  return kubeConfig;
}

/** Names of the contexts in it; none where there is no kubeconfig that can be read. */
export function contextsOf(file: string | undefined): readonly string[] {
  try {
    return loadKubeConfig(file)
      .getContexts()
      .map(({ name }) => name)
      .toSorted();
  } catch {
    return [];
  }
}
