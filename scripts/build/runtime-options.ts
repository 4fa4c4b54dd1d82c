/**
 * How the bundle is to be run where memory counts. Node sizes its young generation and its malloc arenas for throughput;
 * an operator that waits most of the time does as well with a third of the memory (figures in bench/README.md).
 */
export const NODE_FLAGS: readonly string[] = [
  '--max-semi-space-size=4',
  '--heap-growing-percent=50',
  '--v8-pool-size=1',
];
export const MALLOC_ARENA_MAX = '2';
