import type { RewriteSecret } from '../core/actions.ts';
import { Failure } from '../core/failure.ts';
import { journalAnnotations } from '../core/journal.ts';
import { isConsistent, secretData } from '../core/render.ts';
import { droppedData } from '../core/secret-plan.ts';
import type { SecretMetadata, SecretWrite } from '../core/secret.ts';
import { equipped } from './equipment.ts';
import type { ActionContext } from './action-context.ts';

/** Writes metadata, journal and, where the templates changed, data around the same key. */
export async function rewriteSecret(action: RewriteSecret, context: ActionContext): Promise<SecretMetadata> {
  const { write, journal, secret } = action;
  const metadata = {
    labels: write.labels,
    annotations: { ...write.annotations, ...journalAnnotations(journal) },
    owner: write.owner,
  };
  const data = action.render ? await renderAnew(action, context) : {};
  return context.cluster.secrets.patch(secret, { ...metadata, ...data });
}

/** The values are read, since only the Secret holds the key, and written under the version that was read. */
async function renderAnew(
  { secret, journal, write }: RewriteSecret,
  context: ActionContext,
): Promise<Required<Pick<SecretWrite, 'data'>>> {
  const { cluster, observed } = context;
  const { terms } = equipped(context);
  const found = await cluster.secrets.readData(secret.namespace, secret.name);
  const intact = found?.data.map((values) => isConsistent(values, journal.keyID)).reveal() ?? false;
  if (found === undefined || !intact || found.metadata.resourceVersion !== secret.resourceVersion) {
    throw new Failure({ kind: 'conflict', system: 'Kubernetes', operation: 'rewrite Secret', code: 'Changed' });
  }
  const key = found.data.map((values) => values['key'] ?? '');
  const rendered = secretData(observed.object, terms, write.templates, journal.keyID, key);
  return { data: rendered.map((values) => ({ ...droppedData(write), ...values })) };
}
