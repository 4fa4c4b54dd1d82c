import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Used } from './comparison.ts';
import type { Mode } from './roles.ts';

/** A request as the API server wrote it down (audit.k8s.io/v1, Event), as far as this reads it. */
interface AuditEvent {
  readonly verb: string;
  readonly requestURI: string;
  readonly user: { readonly username: string };
  readonly objectRef?: {
    readonly apiGroup?: string;
    readonly resource?: string;
    readonly subresource?: string;
    readonly namespace?: string;
  };
  readonly annotations?: Readonly<Record<string, string>>;
}

/**
 * What these accounts asked of an API server, each kind of request once with how often it came. A log that has grown too
 * large goes on in another file of the folder, with a time in its name.
 */
export async function readAuditLog(file: string, accounts: ReadonlyMap<string, Mode>): Promise<readonly Used[]> {
  const { dir, name, ext } = path.parse(file);
  const all = (await readdir(dir)).filter((each) => each.startsWith(name) && each.endsWith(ext));
  const found = new Map<string, Used & { count: number }>();
  for (const each of all) {
    for await (const line of createInterface({ input: createReadStream(path.join(dir, each)) })) {
      if (!line.includes('"system:serviceaccount:')) continue;
      const event = JSON.parse(line) as AuditEvent;
      const mode = accounts.get(event.user.username);
      if (mode === undefined) continue;
      const used = usedIn(event, mode);
      const key = JSON.stringify([used.mode, used.verb, used.group, used.resource, used.allowed]);
      const before = found.get(key);
      if (before === undefined) found.set(key, { ...used });
      else before.count += 1;
    }
  }
  return [...found.values()];
}

function usedIn({ verb, requestURI, objectRef = {}, annotations }: AuditEvent, mode: Mode): Used & { count: number } {
  const { apiGroup = '', resource = '', subresource } = objectRef;
  return {
    mode,
    verb,
    group: apiGroup,
    resource: subresource === undefined ? resource : `${resource}/${subresource}`,
    allowed: annotations?.['authorization.k8s.io/decision'] === 'allow',
    example: requestURI.split('?', 1)[0] ?? '',
    count: 1,
  };
}
