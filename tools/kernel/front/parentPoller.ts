/** Calls `onGone` when the process that started the kernel has ended: a client that vanishes leaves no kernel behind. */
export function watchParent(onGone: () => void, interval = 1000): NodeJS.Timeout | undefined {
  const parent = Number(process.env.JPY_PARENT_PID ?? '');
  if (!Number.isInteger(parent) || parent <= 1) return undefined;
  const isAlive = () => {
    try {
      process.kill(parent, 0);
      return true;
    } catch (error) {
      // The process of another user is there, too.
      return error instanceof Error && 'code' in error && error.code === 'EPERM';
    }
  };
  // An ended parent may stay as a zombie for a while, but its children get another one at once.
  const isChild = process.ppid === parent;
  const timer = setInterval(() => {
    if (isAlive() && (!isChild || process.ppid === parent)) return;
    clearInterval(timer);
    onGone();
  }, interval);
  return timer;
}
