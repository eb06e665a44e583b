/** Runs `work`; Ctrl-C aborts its signal, prints `message` once it has ended, and exits with 130. A second Ctrl-C exits at once. */
export async function untilStopped<T>(work: (signal: AbortSignal) => Promise<T>, message: string): Promise<T> {
  const stop = new AbortController();
  const onSignal = () => {
    if (stop.signal.aborted) process.exit(130);
    stop.abort(new Error('stopped'));
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  try {
    return await work(stop.signal);
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    process.stderr.write(`${message}\n`);
    process.exit(130);
  } finally {
    process.off('SIGINT', onSignal);
    process.off('SIGTERM', onSignal);
  }
}
