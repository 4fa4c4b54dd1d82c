import type { Action } from './actions.ts';
import { journalOf, type Observed } from './observed.ts';

/** What must be known first-hand before an action may run; caches are good enough to find that there is nothing to do. */
export type Question =
  'object' | 'secret' | 'missingPrivileges' | 'keyLives' | 'valuesIntact' | 'handedOver' | 'consumers';

/** The questions that are still open before `action` may run, in the order of asking. Pure. */
export function openQuestions(action: Action, observed: Observed): readonly Question[] {
  const { close } = observed;
  return questionsBefore(action, observed).filter((question) => close[question] === undefined);
}

function questionsBefore(action: Action, observed: Observed): readonly Question[] {
  switch (action.type) {
    // Its JSON Patch tests the resourceVersion: a stale object is refused by the API server.
    case 'claim':
      return isForeign(observed) ? ['secret', 'handedOver', 'missingPrivileges'] : ['secret', 'missingPrivileges'];
    case 'adoptSecret':
      return ['object', 'secret', 'handedOver', 'missingPrivileges'];
    // A doubt is cleared first: what a key would need is no matter where none has to be made.
    case 'issueKey':
      if (action.reason === 'KeyInvalid') return ['object', 'secret', 'keyLives', 'missingPrivileges'];
      if (action.reason === 'SecretAltered' && journalOf(observed) !== undefined) {
        return ['object', 'secret', 'valuesIntact', 'missingPrivileges'];
      }
      return ['object', 'secret', 'missingPrivileges'];
    case 'updateKey':
      return ['object', 'secret', 'missingPrivileges'];
    case 'restartConsumers':
      return ['object', 'secret', 'consumers'];
    case 'invalidateKeys':
      return action.awaited === true ? ['object', 'secret', 'consumers'] : ['object', 'secret'];
    case 'rewriteSecret':
    case 'removeSecret':
    case 'disownSecret':
    case 'release':
      return ['object', 'secret'];
  }
}

const isForeign = ({ secret }: Observed): boolean => secret.known && secret.value.state === 'foreign';
