// Light or dark: as the system says, until the user says otherwise.

import { effect, signal } from '@preact/signals';

type Theme = 'light' | 'dark';

const KEY = 'theme';
const system = matchMedia('(prefers-color-scheme: dark)');
const chosen = (): Theme | undefined => {
  const kept = localStorage.getItem(KEY);
  return kept === 'light' || kept === 'dark' ? kept : undefined;
};
const ofSystem = (): Theme => (system.matches ? 'dark' : 'light');

export const theme = signal<Theme>(chosen() ?? ofSystem());

system.addEventListener('change', () => {
  theme.value = chosen() ?? ofSystem();
});
effect(() => {
  document.documentElement.dataset.theme = theme.value;
});

export function toggleTheme(): void {
  theme.value = theme.value === 'dark' ? 'light' : 'dark';
  localStorage.setItem(KEY, theme.value);
}
