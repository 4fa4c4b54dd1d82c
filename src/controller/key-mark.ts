import type { KeyRecord } from '../core/key-record.ts';
import type { Observed } from '../core/observed.ts';

/** True where the mark in the key's metadata names this installation and this very object. */
export const isMadeFor = ({ operator, object }: Observed, { mark }: KeyRecord): boolean =>
  mark.installation === operator.installation && mark.uid === object.metadata.uid;
