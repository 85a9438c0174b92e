// Long calls as generators, so that a worker can listen between two steps and a signal can end them. Without a worker all steps are taken
// at once.

/** How far a long call is: `done` of `total` steps, and what it is doing. */
export interface Progress {
  done: number;
  total: number;
  label: string;
}

/**
 * A long call that can be left between two steps. It yields after each step and returns its result at the end. When it ends, is left, or
 * throws, what it holds is freed.
 * @internal
 */
export type Steps<Result> = Generator<Progress, Result, void>;

/** Takes all steps at once and returns the result. */
export function finish<Result>(steps: Steps<Result>): Result {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}
