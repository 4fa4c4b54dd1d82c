import { readFile } from 'node:fs/promises';
import type { ControlPlaneAddress } from '../../testbed/servers.ts';

/** A request as the API server wrote it down (audit.k8s.io/v1, Event), as far as tests read it. */
export interface AuditedRequest {
  readonly verb: string;
  readonly userAgent?: string;
  readonly objectRef?: { readonly resource?: string };
}

/** Every request that an API server with an audit log has answered. */
export async function auditedRequests({ auditLog }: ControlPlaneAddress): Promise<readonly AuditedRequest[]> {
  if (auditLog === undefined) throw new Error('this API server keeps no audit log');
  const lines = (await readFile(auditLog, 'utf8')).split('\n');
  // The last line may be in the making.
  return lines.slice(0, -1).map((line) => JSON.parse(line) as AuditedRequest);
}
