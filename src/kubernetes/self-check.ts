import { Failure } from '../core/failure.ts';
import { exponentialBackoff } from '../runtime/backoff.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Logger } from '../runtime/log.ts';
import type { Client } from './client.ts';
import { fieldOf } from './object.ts';
import { resourceName, type Right } from './rights.ts';

export interface SelfCheckOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly rights: readonly Right[];
}

/** What is asked of the API server, and how it answers: the status of a review. */
export type Reviewer = Pick<Client, 'review'>;

/** Between two looks, milliseconds. */
const PAUSES = { initialMs: 2_000, maxMs: 60_000 };

/**
 * Asks the API server whether the operator may do what it needs to, again and again until it may: a process that cannot
 * work says why, and waits for the right instead of crashing.
 */
export class SelfCheck {
  /** Resolves after the first look, whatever came of it. */
  readonly looked: Promise<void>;
  readonly #options: SelfCheckOptions;
  readonly #resolveLooked: () => void;
  #passed = false;
  /** What was said to be missing, so that each line is said once. */
  #told: ReadonlySet<string> = new Set();

  constructor(options: SelfCheckOptions) {
    this.#options = options;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.looked = promise;
    this.#resolveLooked = resolve;
  }

  /** True from when every right was there; one that is taken away later shows where it is missed. */
  get passed(): boolean {
    return this.#passed;
  }

  /** Resolves when every right is there, or when the signal aborts; rejects only with a programming error. */
  async run(signal: AbortSignal): Promise<void> {
    const { client, clock, rights } = this.#options;
    let pauses = exponentialBackoff(PAUSES);
    while (!signal.aborted) {
      try {
        this.#tell(await missingRights(client, rights, signal));
        if (this.#passed) return;
      } catch (error) {
        if (!(error instanceof Failure)) throw error;
        if (this.#giveUp(error, signal)) return;
      } finally {
        this.#resolveLooked();
      }
      pauses = pauses.next();
      await clock.sleep(pauses.delayMs, signal).catch(() => undefined);
    }
  }

  #tell(missing: readonly Right[]): void {
    const { logger } = this.#options;
    const lines = new Map(missing.map((right) => [describeRight(right), right]));
    for (const [line, right] of lines) if (!this.#told.has(line)) logger.error({ ...right }, line);
    if (missing.length === 0 && this.#told.size > 0) logger.info({}, 'the operator has every right that it needs now');
    this.#told = new Set(lines.keys());
    this.#passed = missing.length === 0;
  }

  /** Where nobody may ask about himself, there is no answer to wait for. */
  #giveUp(error: Failure, signal: AbortSignal): boolean {
    const { logger } = this.#options;
    if (signal.aborted) return true;
    logger.warn({ error }, 'the rights of the operator could not be looked at');
    this.#passed = error.code === 'HTTP 403';
    return this.#passed;
  }
}

/**
 * Those of the rights that the caller does not have. The rules of a namespace tell most with one request; what they do
 * not show, and what is about the whole cluster, is asked one by one, since an API server need not show all rules.
 */
export async function missingRights(
  reviewer: Reviewer,
  rights: readonly Right[],
  signal?: AbortSignal,
): Promise<readonly Right[]> {
  const places = Map.groupBy(rights, ({ namespace }) => namespace);
  const doubtful = await Promise.all(
    [...places].map(async ([namespace, wanted]) => {
      if (namespace === undefined) return wanted;
      const status = await reviewer.review('SelfSubjectRulesReview', { namespace }, { signal });
      return wanted.filter((right) => !isShown(status, right));
    }),
  );
  const answers = await Promise.all(
    doubtful.flat().map(async (right) => {
      const status = await reviewer.review('SelfSubjectAccessReview', attributesOf(right), { signal });
      return fieldOf(status, 'allowed') === true ? [] : [right];
    }),
  );
  return answers.flat();
}

/** One sentence for the log: what is missing, where, and what grants it. */
export function describeRight({ verb, namespace, name, chartValue, ...of }: Right): string {
  const where = namespace === undefined ? 'in the whole cluster' : `in namespace ${namespace}`;
  const object = name === undefined || name === namespace ? '' : ` ${name}`;
  return `the operator lacks the right to ${verb} ${resourceName(of)}${object} ${where}; the chart grants it by ${chartValue}`;
}

function attributesOf({ verb, group, resource: path, namespace, name }: Right): object {
  const [resource, subresource] = path.split('/');
  return { resourceAttributes: { verb, group, resource, subresource, namespace, name } };
}

/** True when one of a SelfSubjectRulesReview's rules grants it. */
function isShown(status: unknown, { verb, group, resource, name }: Right): boolean {
  const rules = fieldOf(status, 'resourceRules');
  if (!Array.isArray(rules)) return false;
  const [, subresource] = resource.split('/');
  const resources = [resource, '*', ...(subresource === undefined ? [] : [`*/${subresource}`])];
  return rules.some((rule) => {
    const names = texts(rule, 'resourceNames');
    return (
      texts(rule, 'verbs').some((each) => each === verb || each === '*') &&
      texts(rule, 'apiGroups').some((each) => each === group || each === '*') &&
      texts(rule, 'resources').some((each) => resources.includes(each)) &&
      (names.length === 0 || (name !== undefined && names.includes(name)))
    );
  });
}

function texts(rule: unknown, field: string): readonly string[] {
  const value = fieldOf(rule, field);
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
}
