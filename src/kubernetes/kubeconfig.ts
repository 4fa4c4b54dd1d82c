import { KubeConfig } from '@kubernetes/client-node';

/** A kubeconfig file; left out: the usual places ($KUBECONFIG, home), then the service account of the pod. Throws. */
export function loadKubeConfig(file: string | undefined): KubeConfig {
  const kubeConfig = new KubeConfig();
  if (file === undefined) kubeConfig.loadFromDefault();
  else kubeConfig.loadFromFile(file);
  return kubeConfig;
}
