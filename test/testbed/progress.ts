/** Is told, in one line, what is being done. */
export type Progress = (line: string) => void;

/** Awaits work that may take long, telling when it starts, every 15 seconds, and how long it took. */
export async function withProgress<T>(progress: Progress, what: string, work: () => Promise<T>): Promise<T> {
  const start = performance.now();
  const seconds = () => `${Math.round((performance.now() - start) / 1000)} s`;
  progress(`${what} …`);
  const timer = setInterval(() => progress(`${what} … ${seconds()}`), 15_000);
  try {
    const result = await work();
    progress(`${what}: done in ${seconds()}`);
    return result;
  } finally {
    clearInterval(timer);
  }
}
