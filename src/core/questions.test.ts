import { describe, expect, test } from 'vitest';
import { desiredOf } from '../../test/builders/journal.ts';
import { anObserved, NOW, type ObservedOptions } from '../../test/builders/observed.ts';
import { aSecret } from '../../test/builders/secret.ts';
import type { Action } from './actions.ts';
import { planIssue } from './issue.ts';
import type { IssueReason } from './key-record.ts';
import { openQuestions, type Question } from './questions.ts';
import { known } from './reading.ts';

const secret = aSecret();
const issue = (reason: IssueReason, options: ObservedOptions = {}): Action => {
  const observed = anObserved({ claimedNow: true, ...options });
  if (observed.connection.state !== 'ready') throw new TypeError('the connection must be ready');
  const { contact, terms } = observed.connection;
  const [action] = planIssue(observed, desiredOf(observed.object), contact, terms, reason, NOW).actions;
  if (action === undefined) throw new TypeError('there must be an action');
  return action;
};

describe('first-hand must be known before', () => {
  test.for<readonly [string, Action, readonly Question[]]>([
    ['a claim, whose own patch tests the object', { type: 'claim' }, ['secret', 'missingPrivileges']],
    ['a key is made', issue('Requested'), ['object', 'secret', 'missingPrivileges']],
    [
      'a key is made in place of a dead one',
      issue('KeyInvalid'),
      ['object', 'secret', 'keyLives', 'missingPrivileges'],
    ],
    [
      'a key is made for altered values',
      issue('SecretAltered'),
      ['object', 'secret', 'valuesIntact', 'missingPrivileges'],
    ],
    [
      'keys go that consumers must have moved on from',
      { type: 'invalidateKeys', cause: 'retired', keys: [], awaited: true },
      ['object', 'secret', 'consumers'],
    ],
    [
      'consumers are restarted',
      { type: 'restartConsumers', workloads: [], annotation: 'beatkeys.dev/packetbeat', keyID: 'key-1' },
      ['object', 'secret', 'consumers'],
    ],
    ['Secret or keys are touched', { type: 'invalidateKeys', cause: 'retired', keys: [] }, ['object', 'secret']],
    ['a Secret is removed', { type: 'removeSecret', secret }, ['object', 'secret']],
    ['a Secret is left to itself', { type: 'disownSecret', secret }, ['object', 'secret']],
    ['an object is let go', { type: 'release' }, ['object', 'secret']],
  ])('%s', ([, action, questions]) => {
    expect(openQuestions(action, anObserved())).toEqual(questions);
  });
});

test('nothing is asked about values where the journal is lost', () => {
  const lost = { secret: aSecret({ journal: null }) };
  expect(openQuestions(issue('SecretAltered', lost), anObserved(lost))).toEqual([
    'object',
    'secret',
    'missingPrivileges',
  ]);
});

test('what was answered is not asked again, whatever the answer', () => {
  const close = { object: true, secret: true, keyLives: known(false) } as const;
  expect(openQuestions(issue('KeyInvalid'), anObserved({ close }))).toEqual(['missingPrivileges']);
});
