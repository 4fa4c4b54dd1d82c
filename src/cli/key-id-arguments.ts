/**
 * Elasticsearch makes the ids of its keys of 20 characters of URL-safe base64 (its class TimeBasedUUIDGenerator), so that one in
 * 64 begins with a dash. Two dashes are left to options: of 4,096 ids one has to be given behind a `--`.
 */
const DASHED_ID = /^-[A-Za-z0-9_][A-Za-z0-9_-]{18}$/;

/** The arguments of a command line with ids that look like options behind a `--`, where nobody takes them for such. */
export function dashedIDsLast(args: readonly string[]): readonly string[] {
  const [command = '', ...others] = args;
  if (command !== 'delete') return args;
  const end = others.indexOf('--');
  const [options, operands] = end === -1 ? [others, []] : [others.slice(0, end), others.slice(end + 1)];
  const ids = options.filter((argument) => DASHED_ID.test(argument));
  if (ids.length === 0) return args;
  return [command, ...options.filter((argument) => !ids.includes(argument)), '--', ...ids, ...operands];
}
