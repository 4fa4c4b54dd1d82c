/** A file made from the source; it is formatted before it is written. */
export interface GeneratedFile {
  /** From the root of the project. */
  readonly path: string;
  readonly content: string;
}

/** Makes some files. */
export type Generator = () => Promise<readonly GeneratedFile[]>;
