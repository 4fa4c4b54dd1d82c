import { addCheckCommand } from './check-command.ts';
import { addCompletionCommands } from './completion-command.ts';
import { addDeleteCommand } from './delete-command.ts';
import { addListCommand } from './list-command.ts';
import type { Setting } from './program.ts';
import { addRequestCommands } from './request-command.ts';
import { addStatusCommand } from './status-command.ts';
import { addVersionCommand } from './version-command.ts';

/** The commands that speak to servers, in the order of the help. */
export const COMMANDS: readonly ((setting: Setting) => void)[] = [
  addStatusCommand,
  addListCommand,
  addRequestCommands,
  addDeleteCommand,
  addCheckCommand,
  addVersionCommand,
  addCompletionCommands,
];
