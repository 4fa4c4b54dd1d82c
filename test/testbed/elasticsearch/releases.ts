/** What differs between the releases that the test bed runs. */
export interface Release {
  /** The oldest Java that the release runs on, and that its plug-ins are compiled for. */
  readonly java: number;
  /** Which of the two plug-ins of plugin/ fits its `ActionPlugin`. */
  readonly plugin: 'old' | 'new';
  /** Whether the shared node of a test run serves HTTPS; one of each kind, so that both are always tried. */
  readonly tls: boolean;
}

/** The releases that the contract tests run against: the newest, and the newest of the generation before. */
const releases: Readonly<Record<string, Release>> = {
  '9.5.3': { java: 21, plugin: 'new', tls: false },
  '8.19.21': { java: 17, plugin: 'old', tls: true },
};

/** The versions that the test bed can start, newest first. */
export const elasticsearchVersions: readonly string[] = Object.keys(releases);

/** What is special about that version; throws for one that the test bed does not have. */
export function release(version: string): Release {
  const found = releases[version];
  if (found === undefined) throw new Error(`The test bed has Elasticsearch ${elasticsearchVersions.join(' and ')}.`);
  return found;
}
