import { BEAT_API_KEY_REASONS, CONNECTION_REASONS, EVENT_REASONS, ROTATION_REASONS } from '../../src/api/reasons.ts';
import { table } from './api-reference.ts';
import type { GeneratedFile } from './generator.ts';
import { BEAT_API_KEY_REMEDIES, CONNECTION_REMEDIES, EVENT_REMEDIES, ROTATION_REMEDIES } from './remedies.ts';

/** `docs/reasons.md`: every reason, what it means, and what to do. */
export async function reasonsReference(): Promise<readonly GeneratedFile[]> {
  const sections = [
    '<!-- Made from src/api/reasons.ts by `npm run generate`. -->',
    '# Conditions, reasons and events, and what to do about each',
    'Both kinds have three conditions, each with a reason in one word and a message in one sentence. The message is what to read first: it names the field, the object or the key that matters. [Troubleshooting](troubleshooting.md) begins with a symptom instead.',
    table(
      ['Condition', 'True', 'False'],
      [
        ['`Ready`', 'as the spec wants it', 'not so: the reason says why'],
        ['`Reconciling`', 'the operator is at it, or tries again by itself', 'there is nothing to do'],
        ['`Stalled`', 'a person is needed', 'nobody is needed'],
      ],
    ),
    'A key that is in the Secret works on, whatever the conditions say, unless the message says otherwise.',
    '## Conditions of BeatApiKey',
    reasonTable(BEAT_API_KEY_REASONS, BEAT_API_KEY_REMEDIES),
    '## Conditions of ElasticsearchConnection',
    reasonTable(CONNECTION_REASONS, CONNECTION_REMEDIES),
    '## Rotations',
    'In `status.lastRotation.reason` of a BeatApiKey: why the key in the Secret is another one than before.',
    reasonTable(ROTATION_REASONS, ROTATION_REMEDIES),
    '## Events',
    '`kubectl describe` and `kubectl events` show them. They are kept for an hour, unless your API server keeps them longer.',
    reasonTable(EVENT_REASONS, EVENT_REMEDIES),
  ];
  return [{ path: 'docs/reasons.md', content: `${sections.join('\n\n')}\n` }];
}

function reasonTable<Reason extends string>(
  meanings: Readonly<Record<Reason, string>>,
  remedies: Readonly<Record<Reason, string>>,
): string {
  const names = Object.keys(meanings) as Reason[];
  return table(
    ['Reason', 'Meaning', 'What to do'],
    names.map((name) => [`\`${name}\``, meanings[name], remedies[name]]),
  );
}
