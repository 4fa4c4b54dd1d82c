import { errors } from '@elastic/elasticsearch';
import { Failure } from '../core/failure.ts';
import { answerFailure, NOT_ELASTICSEARCH, type Verdict } from './answer-failure.ts';
import { errorCode, networkFailure } from './network-failure.ts';
import type { Operation } from './operations.ts';
import { AnswerBeyondBounds } from './serializer.ts';

/** One request, as far as its failure depends on it. */
export interface Attempt {
  readonly operation: Operation;
  readonly url: string;
  /** The body that was sent: its words may stand in a failure, the server's never. */
  readonly sent?: unknown;
  /** The caller's wish to stop, and the time limit. */
  readonly signal: AbortSignal;
  readonly deadline: AbortSignal;
}

/** A failure of Elasticsearch in our words. */
export const failure = (operation: Operation, verdict: Verdict): Failure =>
  new Failure({ system: 'Elasticsearch', operation, ...verdict });

/** Classifies what the client threw. Nothing of the error stays in the failure, since it carries request and answer. */
export function failureOf(error: unknown, attempt: Attempt): Failure {
  return failure(attempt.operation, verdictOf(error, attempt));
}

/** The caller stopped. `sent`: the request may have reached the server. */
export function aborted(operation: Operation, sent: boolean): Failure {
  return failure(operation, { kind: 'aborted', code: 'Aborted', outcomeUnknown: sent });
}

/** A redirect is not followed: it would take the credential to another place. */
export const REDIRECT: Verdict = {
  kind: 'unsupported',
  code: 'Redirect',
  detail: 'The URL answers with a redirect, which is not followed; set the URL that it leads to',
};

/** An answer that was cut or is not what the API promises: what was asked may have been done. */
export const UNREADABLE: Verdict = {
  kind: 'unavailable',
  code: 'UnreadableAnswer',
  detail: 'The answer is not what Elasticsearch promises; is there a proxy in between?',
  outcomeUnknown: true,
};

const TOO_LARGE: Verdict = {
  kind: 'unsupported',
  code: 'AnswerTooLarge',
  detail: 'The answer is larger than Beatkeys reads',
  outcomeUnknown: true,
};

function verdictOf(error: unknown, attempt: Attempt): Verdict {
  if (error instanceof errors.ResponseError) return answerFailure(error, attempt.operation, attempt.sent);
  if (error instanceof errors.ProductNotSupportedError) return NOT_ELASTICSEARCH;
  if (error instanceof errors.DeserializationError) return UNREADABLE;
  if (error instanceof AnswerBeyondBounds) return TOO_LARGE;
  if (attempt.signal.aborted) return { kind: 'aborted', code: 'Aborted', outcomeUnknown: true };
  if (attempt.deadline.aborted || error instanceof errors.TimeoutError) {
    return { kind: 'unavailable', code: 'Timeout', detail: 'No answer came in time', outcomeUnknown: true };
  }
  // The client's word for an answer over its limit; a caller's abort was ruled out above.
  if (error instanceof errors.RequestAbortedError) return TOO_LARGE;
  // A client that was closed has no connection left to take.
  if (error instanceof errors.NoLivingConnectionsError) return networkFailure('UND_ERR_CLOSED', attempt.url);
  return networkFailure(error instanceof errors.ConnectionError ? error.message : errorCode(error), attempt.url);
}
