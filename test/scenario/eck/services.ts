import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { temporaryFolder } from '../../testbed/leftovers.ts';

/** Services as an operator under test sees them. */
export interface Services extends AsyncDisposable {
  /** Settings of an operator that is to see them. */
  readonly settings: Readonly<Record<string, string>>;
  /** Lets `NAME.NAMESPACE.svc:PORT` lead to a port of 127.0.0.1 from now on. */
  lead(service: string, port: number): Promise<void>;
}

/** Opens them, with none that leads anywhere. */
export async function openServices(): Promise<Services> {
  const folder = temporaryFolder('services');
  const file = path.join(folder.path, 'services.json');
  const ports: Record<string, number> = {};
  const write = () => writeFile(file, JSON.stringify(ports));
  await write();
  return {
    settings: {
      NODE_OPTIONS: `--import=${pathToFileURL(path.resolve(import.meta.dirname, 'cluster-services.ts')).href}`,
      BEATKEYS_TEST_SERVICES: file,
    },
    lead: (service, port) => {
      ports[service] = port;
      return write();
    },
    [Symbol.asyncDispose]: folder.remove,
  };
}
