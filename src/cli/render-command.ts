import { connectionProblems, judge } from './judgement.ts';
import { complaintText, readManifests, type Complaint } from './manifests.ts';
import { nameOf, sortObjects, type Objects } from './objects.ts';
import { render, type Rendering } from './rendering.ts';
import { table } from './table.ts';
import { EXIT, UsageError, type Terminal } from './terminal.ts';

export const RENDER_OUTPUTS = ['yaml', 'json', 'table'] as const;

export interface RenderOptions {
  readonly files: readonly string[];
  readonly namespace: string;
  readonly output: (typeof RENDER_OUTPUTS)[number];
  readonly allowMissingConnections: boolean;
}

/** `beatkeys render`: what the operator would do for manifests, without a server. Answers the exit code. */
export async function renderCommand(options: RenderOptions, terminal: Terminal): Promise<number> {
  const objects = sortObjects(await readManifests(options.files, terminal), options.namespace);
  const { keys, connections } = objects;
  if (keys.length + connections.length + objects.complaints.length === 0)
    throw new UsageError(`there is no BeatApiKey and no ElasticsearchConnection in ${options.files.join(', ')}`);
  const judgements = judge(objects, { allowsMissingConnections: options.allowMissingConnections });
  const renderings = await Promise.all(judgements.map(render));
  const complaints = complaintsOf(objects, renderings);
  terminal.out(await printed(renderings, options.output));
  for (const complaint of complaints) terminal.tell(complaintText(complaint));
  for (const { place, beatApiKey, notes } of renderings)
    for (const note of notes)
      terminal.tell(complaintText({ place, object: `BeatApiKey ${beatApiKey}`, message: `note: ${note}` }));
  terminal.tell(summary(renderings, complaints));
  return complaints.length === 0 ? EXIT.ok : EXIT.refused;
}

function complaintsOf({ complaints, connections }: Objects, renderings: readonly Rendering[]): readonly Complaint[] {
  return [
    ...complaints,
    ...connections.flatMap(({ place, object }) =>
      connectionProblems(object).map(({ path, message }) => ({
        place,
        object: `ElasticsearchConnection ${nameOf(object)}`,
        message: `InvalidSpec: ${path} ${message}`,
      })),
    ),
    ...renderings.flatMap(({ place, beatApiKey, reasons }) =>
      reasons.map(({ reason, message }) => ({
        place,
        object: `BeatApiKey ${beatApiKey}`,
        message: `${reason}: ${message}`,
      })),
    ),
  ];
}

async function printed(renderings: readonly Rendering[], output: RenderOptions['output']): Promise<string> {
  if (output === 'json') return `${JSON.stringify(renderings, undefined, 2)}\n`;
  if (output === 'table') return renderings.length === 0 ? '' : table(HEAD, renderings.map(row));
  const { stringify } = await import('yaml');
  return renderings.map((rendering) => `---\n${stringify(rendering, { lineWidth: 0 })}`).join('');
}

const HEAD = ['BEATAPIKEY', 'CONNECTION', 'ACCEPTED', 'REASON'];

const row = ({ beatApiKey, connection, accepted, reasons }: Rendering): readonly string[] => [
  beatApiKey,
  connection ?? '',
  accepted ? 'yes' : 'no',
  [...new Set(reasons.map(({ reason }) => reason))].join(', '),
];

function summary(renderings: readonly Rendering[], complaints: readonly Complaint[]): string {
  const accepted = renderings.filter((each) => each.accepted).length;
  const counted = `${accepted} of ${renderings.length} BeatApiKeys would be accepted`;
  return complaints.length === 0 ? counted : `${counted}; problems: ${complaints.length}`;
}
