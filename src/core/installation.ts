import { digest } from '../lib/digest.ts';

/**
 * Marks keys and objects as one installation's, where no setting names it: there is one per operator namespace of any
 * cluster, since no two namespaces have the same UID.
 */
export const installationOf = (namespaceUID: string): string => digest([namespaceUID], 16);
