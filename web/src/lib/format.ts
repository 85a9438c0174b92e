// Numbers as people read them.

const UNITS = ['B', 'KB', 'MB', 'GB'];

/** 556464 -> "556 KB" */
export function bytes(value: number): string {
  let unit = 0;
  let scaled = value;
  for (; scaled >= 999.5 && unit < UNITS.length - 1; ++unit) scaled /= 1000;
  return `${unit === 0 ? scaled : significant(scaled)} ${UNITS[unit]}`;
}

/** 5912064 -> "5.91 M" */
export function count(value: number): string {
  if (value < 1000) return String(value);
  if (value < 999_500) return `${significant(value / 1e3)} K`;
  return value < 999.5e6 ? `${significant(value / 1e6)} M` : `${significant(value / 1e9)} G`;
}

export const percent = (share: number, digits = 1): string => `${(100 * share).toFixed(digits)} %`;
export const points = (value: number): string => `${value.toFixed(2)} %`;
export const shape = (sizes: readonly number[]): string => sizes.join(' × ') || 'scalar';
export const decimal = (value: number): string =>
  Math.abs(value) >= 1000 || (value !== 0 && Math.abs(value) < 0.001)
    ? value.toExponential(1)
    : String(Number(value.toPrecision(3)));

export function milliseconds(value: number | undefined): string {
  if (value === undefined || !Number.isFinite(value)) return '–';
  return value < 1 ? `${value.toFixed(2)} ms` : `${significant(value)} ms`;
}

export const seconds = (ms: number): string => `${Math.max(1, Math.round(ms / 1000))} s`;

export const plural = (value: number, one: string, many = `${one}s`): string =>
  `${value} ${value === 1 ? one : many}`;

const significant = (value: number): string =>
  value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
