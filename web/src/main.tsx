// Where the page starts: style sheets, the first render, and the service worker that lets it work offline.

import './styles/base.css';
import './styles/frame.css';
import './styles/parts.css';
import './styles/charts.css';
import './styles/controls.css';
import './styles/steps.css';
import './styles/calibrate.css';
import './styles/results.css';
import './styles/downloads.css';
import { render } from 'preact';
import { App } from './app.tsx';
import { connect, startUp } from './state/consequences.ts';

/** Resolves when the page can do without its host from now on. */
async function startServiceWorker(): Promise<void> {
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return;
  try {
    await navigator.serviceWorker.register('./sw.js');
    await navigator.serviceWorker.ready;
  } catch {
    // Without it the page works as well, but not offline.
  }
}

connect();
const root = document.getElementById('app');
if (root) render(<App />, root);
await Promise.all([startUp(), startServiceWorker()]);
document.documentElement.dataset.ready = 'true';
