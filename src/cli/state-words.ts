import type { BeatApiKey, Condition } from '../api/types.ts';

/** How an object stands, in one sentence: its conditions, and whether they speak of the spec as it is now. */
export function stateWords({ metadata, status = {} }: BeatApiKey): string {
  const of = (type: Condition['type']): Condition | undefined =>
    status.conditions?.find((condition) => condition.type === type);
  const [ready, reconciling, stalled] = [of('Ready'), of('Reconciling'), of('Stalled')];
  const seen = status.observedGeneration ?? -1;
  if (ready === undefined || seen < 0) return 'no operator has seen it yet';
  const told = (condition: Condition): string =>
    `since ${condition.lastTransitionTime}: ${condition.reason}${condition.message === '' ? '' : `: ${condition.message}`}`;
  const behind = seen < metadata.generation ? `; the operator has not seen the newest spec yet` : '';
  const said = (): string => {
    if (metadata.deletionTimestamp !== undefined)
      return `being deleted since ${metadata.deletionTimestamp}: ${ready.reason}: ${ready.message}`;
    if (isTrue(stalled)) return `stalled, a person is needed, ${told(stalled)}`;
    if (isTrue(reconciling))
      return `${isTrue(ready) ? 'ready, and' : 'not ready,'} being worked on ${told(reconciling)}`;
    return `${isTrue(ready) ? 'ready' : 'not ready'} ${told(ready)}`;
  };
  return `${said()}${behind}`;
}

const isTrue = (condition: Condition | undefined): condition is Condition => condition?.status === 'True';
