/**
 * URLs that Go, for the API server, and JavaScript, for the operator and Beats, take for the same: of what only one of
 * them takes, or each takes for another host, none matches. Sources: `net/url` of Go; WHATWG URL, host parsing.
 */

/** One number of an IPv4 address; with a zero in front JavaScript reads it as octal. */
const OCTET = '(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])';
const IPV4 = `${OCTET}(\\.${OCTET}){3}`;

const GROUP = '[0-9A-Fa-f]{1,4}';
/** Eight groups, or fewer around `::`, which stands for one group at least. */
const IPV6 = [
  `(${GROUP}:){7}${GROUP}`,
  `(${GROUP}:){1,7}:`,
  ...[1, 2, 3, 4, 5, 6].map((after) => `(${GROUP}:){1,${7 - after}}(:${GROUP}){1,${after}}`),
  `:(:${GROUP}){1,7}`,
  '::',
].join('|');

/** What JavaScript would not read as an IPv4 address: its last label is neither all digits nor begins with `0x`. */
const NAME = '([-_A-Za-z0-9]+\\.)*([-_A-Za-z]|[0-9]+[-_A-WYZa-wyz])[-_A-Za-z0-9]*\\.?';

/** At most 65535. */
const PORT = ':(6553[0-5]|655[0-2][0-9]|65[0-4][0-9]{2}|6[0-4][0-9]{3}|[1-5][0-9]{4}|[0-9]{1,4})';
const PATH = "/([-._~!$&'()*+,;=:/A-Za-z0-9]|%[0-9A-Fa-f]{2})*";

/** An http or https URL without user, password, query and fragment. */
export const URL_PATTERN = `^https?://(${NAME}|${IPV4}|\\[(${IPV6})\\])(${PORT})?(${PATH})?$`;
