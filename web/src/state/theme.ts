// Light or dark: as the system says, until the user says otherwise.

import { effect, signal } from '@preact/signals';
import { keepSetting, keptSetting } from '../lib/storage.ts';

type Theme = 'light' | 'dark';

const KEY = 'theme';
const system = matchMedia('(prefers-color-scheme: dark)');
let chosenHere: Theme | undefined; // also where nothing can be kept
const chosen = (): Theme | undefined => {
  const kept = chosenHere ?? keptSetting(KEY);
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
  chosenHere = theme.value === 'dark' ? 'light' : 'dark';
  theme.value = chosenHere;
  keepSetting(KEY, chosenHere);
}
