import { defineConfig } from 'vite';
import { contentSecurityPolicy } from './plugins/csp.js';
import { bundledFrames } from './plugins/frames.js';
import { serviceWorker } from './plugins/service-worker.js';

// Cross-origin isolation gives the page a finer clock; where the host cannot send these, the service worker adds them.
const headers = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

export default defineConfig({
  base: './', // works from any folder
  plugins: [bundledFrames(), contentSecurityPolicy(), serviceWorker()],
  // Their workers and WebAssembly files are found relative to them.
  optimizeDeps: { exclude: ['webquant'] },
  worker: { format: 'es' },
  build: {
    target: 'es2022',
    assetsInlineLimit: 0, // the page's policy allows no data URLs
    modulePreload: { polyfill: false },
  },
  server: { headers, fs: { allow: ['..'] } },
  preview: { headers },
});
