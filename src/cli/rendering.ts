import type { IssueReason } from '../core/key-record.ts';
import { keyRequest } from '../core/key-request.ts';
import { filledData } from '../core/render.ts';
import { secretPlan } from '../core/secret-plan.ts';
import { createKey } from '../elasticsearch/key-requests.ts';
import { sentRequest, type SentRequest } from '../elasticsearch/sent-request.ts';
import { newSecret } from '../kubernetes/secrets.ts';
import type { Judgement } from './judgement.ts';
import { nameOf } from './objects.ts';

/** A BeatApiKey with what the operator would do for it, as it is printed. */
export interface Rendering {
  readonly beatApiKey: string;
  readonly place: string;
  readonly connection: string | null;
  readonly accepted: boolean;
  readonly reasons: readonly { readonly reason: string; readonly message: string }[];
  readonly notes: readonly string[];
  /** What Elasticsearch would be sent for the first key; missing where the spec cannot be read. */
  readonly request?: SentRequest;
  /** The Secret with placeholders, without the operator's own annotations; missing where there are no terms, too. */
  readonly secret?: object;
}

const FIRST_ISSUE: IssueReason = 'FirstIssue';
/** What the operator makes up, and what Elasticsearch answers. */
const PLACEHOLDERS = { installation: '<installation>', attempt: '<attempt>', id: '<id>', key: '<key>' } as const;

/** The request and the Secret of a judged BeatApiKey, by the operator's own code. */
export async function render(judgement: Judgement): Promise<Rendering> {
  const { object, place, connection = null, refusals, notes, desired } = judgement;
  const base = {
    beatApiKey: nameOf(object),
    place,
    connection,
    accepted: refusals.length === 0,
    reasons: refusals,
    notes,
  };
  if (desired === undefined) return base;
  const { installation, attempt } = PLACEHOLDERS;
  const wanted = keyRequest({ operator: { installation }, object }, desired, FIRST_ISSUE);
  const request = await sentRequest(createKey({ ...wanted, mark: { ...wanted.mark, attempt } }));
  const secret = secretOf(judgement);
  return { ...base, request, ...(secret === undefined ? {} : { secret }) };
}

function secretOf({ object, desired, terms }: Judgement): object | undefined {
  if (desired === undefined || terms === undefined) return undefined;
  const { namespace, name } = object.metadata;
  const { id, key } = PLACEHOLDERS;
  const plan = secretPlan(object, desired);
  const values = {
    ...{ id, key, beats: `${id}:${key}`, encoded: `<base64 of ${id}:${key}>` },
    ...{ url: terms.url, ca: terms.ca, name, namespace },
  };
  return { ...newSecret(namespace, plan.name, plan), stringData: filledData(plan.templates, values) };
}
