import path from 'node:path';
import { freePorts } from '../../test/testbed/free-ports.ts';
import { ServerProcess } from '../../test/testbed/server-process.ts';
import { withProgress } from '../../test/testbed/progress.ts';
import { root } from './shell.ts';
import type { Stage } from './stage.ts';
import { tell } from './terminal.ts';

/** Runs the operator from its source, with nothing but these settings; resolves when it is ready. Its log is a file. */
export async function startOperator(stage: Stage, kubeconfig: string, log: string): Promise<void> {
  const [port] = await freePorts(1);
  const operator = new ServerProcess({
    name: 'the operator',
    command: process.execPath,
    args: [path.join(root, 'src/main.ts')],
    env: {
      KUBECONFIG: kubeconfig,
      POD_NAMESPACE: 'beatkeys-system',
      BEATKEYS_TELEMETRY_HOST: '127.0.0.1',
      BEATKEYS_TELEMETRY_PORT: String(port),
    },
    log,
    ready: async () => (await fetch(`http://127.0.0.1:${port}/readyz`)).ok,
  });
  stage.up(() => operator.stop());
  await withProgress(tell, 'starting the operator from src/main.ts', () => operator.start());
}
