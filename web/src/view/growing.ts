// Lets long lists grow over a few frames, so that showing them never holds the page up.

import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';

/** How many nodes or rows are drawn in one go. */
export const AT_ONCE = 30;

/** How many of `total` to draw now: long lists of something grow over a few frames, so that the page stays free. */
export function useGrowing(total: number, something: unknown, atOnce = AT_ONCE): number {
  const drawn = useSignal(atOnce);
  useEffect(() => {
    drawn.value = atOnce;
    let request = 0;
    const draw = (): void => {
      if (drawn.value >= total) return;
      drawn.value += atOnce;
      request = requestAnimationFrame(draw);
    };
    request = requestAnimationFrame(draw);
    return () => cancelAnimationFrame(request);
  }, [total, something, atOnce, drawn]);
  return drawn.value;
}
