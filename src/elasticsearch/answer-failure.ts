import type { errors } from '@elastic/elasticsearch';
import type { FailureDetails } from '../core/failure.ts';
import { fieldsOf } from '../lib/json.ts';
import { parseRetryAfter } from '../lib/retry-after.ts';
import { privilegeFor, type Operation } from './operations.ts';
import { refusal } from './refusal.ts';

/** What failed and how, but not in what. */
export type Verdict = Omit<FailureDetails, 'system' | 'operation'>;

export const NOT_ELASTICSEARCH: Verdict = {
  kind: 'unsupported',
  code: 'NotElasticsearch',
  detail: 'What answers at the URL is not Elasticsearch',
};

const SECURITY_DISABLED: Verdict = {
  kind: 'unsupported',
  code: 'SecurityDisabled',
  detail: 'The security features of the cluster are switched off (xpack.security.enabled)',
};

/**
 * What an answer with an error status means. A body is looked at for its types and for known wordings; nothing of it is
 * repeated.
 *
 * @param sent the request's body: its words may stand in a failure
 */
export function answerFailure(error: errors.ResponseError, operation: Operation, sent: unknown): Verdict {
  // Not `error.statusCode`: it prefers a number in the body, which a proxy may have written.
  const status = error.meta.statusCode ?? 0;
  const code = `HTTP ${status}`;
  const body = error.body as unknown;
  const isElasticsearch = error.headers?.['x-elastic-product'] === 'Elasticsearch' || isErrorBody(body);
  if (status === 429) return { kind: 'throttled', code, ...retryAfter(error.headers?.['retry-after']) };
  if (status >= 500) return serverVerdict(code, body, retryAfter(error.headers?.['retry-after']));
  if (status === 408) return { kind: 'unavailable', code, outcomeUnknown: true };
  if (!isElasticsearch) return status === 401 || status === 403 ? deniedByProxy(code) : NOT_ELASTICSEARCH;
  switch (status) {
    case 401:
      return { kind: 'denied', code, detail: "Elasticsearch does not accept the operator's user name and password" };
    case 403:
      return forbidden(code, body, operation);
    case 404:
      return isNoHandler(body) ? SECURITY_DISABLED : missing(body);
    case 405:
      return isNoHandler(body) ? SECURITY_DISABLED : { kind: 'unsupported', code };
    case 409:
      return { kind: 'conflict', code };
    case 413:
      return { kind: 'rejected', code, detail: 'The request is larger than Elasticsearch takes' };
    default:
      return badRequest(body, sent);
  }
}

/** A key that is not there, or belongs to another owner, or is not visible yet. */
function missing(body: unknown): Verdict {
  const key = Array.isArray(fieldsOf(body)['api_keys']) || errorTypes(body).includes('resource_not_found_exception');
  return key ? { kind: 'notFound', code: 'HTTP 404' } : { ...NOT_ELASTICSEARCH, code: 'HTTP 404' };
}

function badRequest(body: unknown, sent: unknown): Verdict {
  if (isNoHandler(body)) return SECURITY_DISABLED;
  if (errorTypes(body).includes('feature_not_enabled_exception')) {
    return {
      kind: 'unsupported',
      code: 'ApiKeysDisabled',
      detail: 'API keys are switched off in the cluster (xpack.security.authc.api_key.enabled)',
    };
  }
  return refusal(body, sent);
}

function serverVerdict(code: string, body: unknown, wish: Pick<Verdict, 'retryAfterMs'>): Verdict {
  if (errorTypes(body).includes('version_conflict_engine_exception')) return { kind: 'conflict', code };
  return { kind: 'unavailable', code, detail: `Elasticsearch answers ${code}`, outcomeUnknown: true, ...wish };
}

function forbidden(code: string, body: unknown, operation: Operation): Verdict {
  if (hasLicenseNote(body)) {
    return {
      kind: 'unsupported',
      code: 'LicenseNonCompliant',
      detail: 'The licence of the cluster does not cover this',
    };
  }
  if (errorTypes(body).includes('role_restriction_exception')) {
    return { kind: 'denied', code: 'RestrictedToWorkflow', detail: 'The key is restricted to workflows' };
  }
  const privilege = privilegeFor(operation);
  return {
    kind: 'denied',
    code,
    detail:
      privilege === undefined
        ? "Elasticsearch denies this to the operator's user"
        : `The operator's user lacks the cluster privilege ${privilege}`,
  };
}

const deniedByProxy = (code: string): Verdict => ({
  kind: 'denied',
  code,
  detail: 'Something in front of Elasticsearch denies the request',
});

function retryAfter(header: string | undefined): Pick<Verdict, 'retryAfterMs'> {
  const ms = parseRetryAfter(header, Date.now()) ?? 0;
  return ms > 0 ? { retryAfterMs: ms } : {};
}

/** `{error: {type, …}}`, or `{error: "text"}` from a handler that is not there. */
function isErrorBody(body: unknown): boolean {
  const { error, api_keys: keys } = fieldsOf(body);
  return typeof error === 'string' || typeof fieldsOf(error)['type'] === 'string' || Array.isArray(keys);
}

/** A server without security features does not know their paths and says so in a text instead of an error object. */
function isNoHandler(body: unknown): boolean {
  const { error } = fieldsOf(body);
  return typeof error === 'string' && /no handler found|incorrect http method/i.test(error);
}

function errorTypes(body: unknown): readonly unknown[] {
  const { error } = fieldsOf(body);
  const { type, caused_by: cause, root_cause: roots } = fieldsOf(error);
  return [type, fieldsOf(cause)['type'], ...(Array.isArray(roots) ? roots.map((root) => fieldsOf(root)['type']) : [])];
}

const hasLicenseNote = (body: unknown): boolean =>
  Object.keys(fieldsOf(fieldsOf(body)['error'])).some((name) => name.startsWith('license.'));
