import { type Signal, useSignal } from '@preact/signals';
import type { RefObject } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

/** Whether an element can be seen, or nearly so. */
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
      { rootMargin: '100px' },
    );
    observer.observe(ref.current);
    return () => observer.disconnect();
  }, [isVisible]);
  return { ref, isVisible };
}
