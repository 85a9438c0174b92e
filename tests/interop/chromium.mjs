// Starts the machine's own Chromium, headless, through playwright-core (which brings no browser of its own).

import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];

// No sandbox: containers and root cannot have one. No GPU: everything under test runs on the CPU. The others keep
// Chromium from calling home.
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** The first of the known browser names on PATH; CHROMIUM overrides it. Undefined where there is none. */
export function findChromium() {
  if (process.env.CHROMIUM) return process.env.CHROMIUM;
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  for (const name of NAMES) {
    for (const folder of folders) {
      const path = join(folder, name);
      try {
        accessSync(path, constants.X_OK);
        return path;
      } catch {
        // Not here: look on.
      }
    }
  }
  return undefined;
}

/** A playwright Browser; `args` are flags beside the usual ones. Throws where Chromium is not installed. */
export async function startChromium(args = []) {
  const executablePath = findChromium();
  if (!executablePath) throw new Error(`no Chromium: none of ${NAMES.join(', ')} is on PATH`);
  return chromium.launch({ executablePath, headless: true, args: [...FLAGS, ...args] });
}
