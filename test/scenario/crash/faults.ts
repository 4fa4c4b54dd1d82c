import type { Asked, Fault } from '../../contract/fault-proxy.ts';
import type { LineFault } from '../../contract/watch-answer.ts';
import type { Effect, Server } from './effects.ts';

/** What a fault needs of its surroundings. */
export interface Means {
  /** Kills the operator, and resolves when it is dead. */
  readonly kill: () => Promise<void>;
  /** To be called when it has happened. */
  readonly happened: () => void;
}

/** A way in which a request goes wrong. */
interface RequestFault {
  readonly name: string;
  readonly on: 'request';
  readonly make: (asked: Asked, server: Server, means: Means) => Fault;
}

/** A way in which a line of a watch goes wrong. */
interface EventFault {
  readonly name: string;
  readonly on: 'event';
  readonly make: (means: Means) => LineFault;
}

export type FaultKind = RequestFault | EventFault;

/** Holds a request, or its answer, does this meanwhile, and cuts the connection. */
const cutAfter = (hold: 'request' | 'answer', act: (left: Promise<void>) => Promise<void>): Fault => ({
  hold,
  until: async (left) => {
    await act(left);
    return 'cut';
  },
});

const killed = (hold: 'request' | 'answer'): RequestFault['make'] => {
  return (_asked, _server, { kill, happened }) => cutAfter(hold, () => kill().then(happened));
};

/** The operator dies. Before: the server never hears of the request. After: it has done it, and nobody knows. */
export const KILLS: readonly FaultKind[] = [
  { name: 'killed before', on: 'request', make: killed('request') },
  { name: 'killed after', on: 'request', make: killed('answer') },
];

/** The server, or the way to it, fails once. */
export const FAILURES: readonly FaultKind[] = [
  {
    name: 'answer lost',
    on: 'request',
    make: (_asked, _server, { happened }) => cutAfter('answer', () => Promise.resolve(happened())),
  },
  { name: '503', on: 'request', make: refusal(503, 'ServiceUnavailable', 'unavailable_exception') },
  {
    name: '429',
    on: 'request',
    make: refusal(429, 'TooManyRequests', 'es_rejected_execution_exception', { 'retry-after': '1' }),
  },
  { name: '409', on: 'request', make: refusal(409, 'Conflict', 'version_conflict_engine_exception') },
  {
    name: 'broken off',
    on: 'request',
    make: (_asked, _server, { happened }) => {
      happened();
      return 'break off';
    },
  },
  // The server has done it; the caller hears nothing until it gives up.
  {
    name: 'stalled',
    on: 'request',
    make: (_asked, _server, { happened }) => cutAfter('answer', (left) => left.then(happened)),
  },
];

const EXPIRED = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', reason: 'Expired', code: 410 };

/** What a watch tells does not arrive. */
export const WATCH_FAULTS: readonly FaultKind[] = [
  {
    name: 'cut',
    on: 'event',
    make: ({ happened }) => {
      happened();
      return 'cut';
    },
  },
  {
    name: '410',
    on: 'event',
    make: ({ happened }) => {
      happened();
      return { instead: JSON.stringify({ type: 'ERROR', object: EXPIRED }) };
    },
  },
];

/** Those of these faults that an effect can meet. */
export const faultsOf = ({ kind }: Effect, faults: readonly FaultKind[]): readonly FaultKind[] =>
  faults.filter(({ on }) => on === kind);

/** The server says no and does nothing, in the words of either server. */
function refusal(status: number, reason: string, type: string, headers: Record<string, string> = {}) {
  const make: RequestFault['make'] = ({ method }, server, { happened }) => {
    happened();
    if (server === 'Elasticsearch') return { status, headers, body: { error: { type, reason: 'played' }, status } };
    const why = status === 409 && method === 'POST' ? 'AlreadyExists' : reason;
    return {
      status,
      headers,
      body: { kind: 'Status', apiVersion: 'v1', status: 'Failure', reason: why, code: status },
    };
  };
  return make;
}
