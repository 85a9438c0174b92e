// Figures for whoever reads a test's log.

const show = (value) => {
  if (typeof value !== 'number' || Number.isInteger(value)) return String(value);
  return Math.abs(value) < 1e-3 ? value.toExponential(1) : String(Number(value.toPrecision(4)));
};

/** One line of `name value` pairs as a diagnostic of the test context `t`. */
export function report(t, figures) {
  const parts = Object.entries(figures)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name} ${show(value)}`);
  t.diagnostic(parts.join(' | '));
}

export const percent = (share) => `${(100 * share).toFixed(2)} %`;
