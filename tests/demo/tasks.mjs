// How long the page's main thread is busy without a break.

/** What nobody notices: https://web.dev/articles/rail */
export const LONGEST_MS = 50;

/** Tasks, what they consist of, and the page's own marks. */
const TRACED = ['disabled-by-default-devtools.timeline', 'devtools.timeline', 'blink.user_timing'];

/**
 * The page's tasks of more than 50 ms of processor time while `act` runs, with what took longest in them.
 * A PerformanceObserver tells the time on the clock, which has in it what other programs of the machine took meanwhile.
 */
export async function longTasksWhile(page, act) {
  const browser = page.context().browser();
  const mark = `the page ${Math.random()}`;
  await browser.startTracing(page, { categories: TRACED });
  let trace;
  try {
    await page.evaluate((name) => performance.mark(name), mark);
    await act();
  } finally {
    trace = await browser.stopTracing();
  }
  const { traceEvents } = JSON.parse(trace.toString());
  const { pid, tid } = traceEvents.find(({ name }) => name === mark);
  const events = traceEvents.filter((event) => event.pid === pid && event.tid === tid && event.dur);
  return events
    .filter(({ name, tdur }) => name === 'RunTask' && tdur > 1000 * LONGEST_MS)
    .map((task) => {
      const parts = events.filter(
        ({ name, ts, dur }) =>
          name !== 'RunTask' && ts >= task.ts && ts + dur <= task.ts + task.dur,
      );
      const [longest] = parts.sort((a, b) => b.tdur - a.tdur);
      return `${Math.round(task.tdur / 1000)} ms: ${longest?.name} ${JSON.stringify(longest?.args.data ?? {})}`;
    });
}
