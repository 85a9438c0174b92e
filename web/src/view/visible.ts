// Tells when an element comes into view, so that what nobody sees yet is not drawn.

import { type Signal, useSignal } from '@preact/signals';
import type { RefObject } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

/** Whether an element of a part of the page that scrolls by itself can be seen in it, or nearly so. */
export function useVisible<Kind extends Element>(): {
  ref: RefObject<Kind | null>;
  isVisible: Signal<boolean>;
} {
  const ref = useRef<Kind>(null);
  const isVisible = useSignal(false);
  useEffect(() => {
    if (!ref.current) return;
    const observer = new IntersectionObserver(
      (entries) => {
        isVisible.value = entries.some(({ isIntersecting }) => isIntersecting);
      },
      { root: ref.current.closest('.scroll'), rootMargin: '100px' },
    );
    observer.observe(ref.current);
    return () => observer.disconnect();
  }, [isVisible]);
  return { ref, isVisible };
}
