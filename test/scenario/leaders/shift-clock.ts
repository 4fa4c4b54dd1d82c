/**
 * Loaded into an operator by `--import`: shifts its wall clock by so many minutes as BEATKEYS_TEST_CLOCK_MINUTES says.
 * Monotonic time and timers stay as they are.
 */
const shiftMs = Number(process.env['BEATKEYS_TEST_CLOCK_MINUTES']) * 60_000;
const RealDate = Date;

globalThis.Date = class extends RealDate {
  constructor(...given: []) {
    if (given.length === 0) super(RealDate.now() + shiftMs);
    else super(...given);
  }

  static override now(): number {
    return RealDate.now() + shiftMs;
  }
} as typeof Date;
