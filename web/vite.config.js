import { defineConfig } from 'vite';
import { contentSecurityPolicy } from './plugins/csp.js';
import { serviceWorker } from './plugins/service-worker.js';

// Cross-origin isolation gives the page a finer clock; where the host cannot send these, the service worker adds them.
const headers = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

export default defineConfig({
  base: './', // works from any folder
  plugins: [contentSecurityPolicy(), serviceWorker()],
  // Their workers and WebAssembly files are found relative to them.
  optimizeDeps: { exclude: ['webquant'] },
  worker: { format: 'es' },
  build: {
    target: 'es2022',
    // The bundled frames are part of the script, so that nothing has to be fetched after the page has loaded.
    assetsInlineLimit: (file) => file.endsWith('.jpg'),
    modulePreload: { polyfill: false },
  },
  server: { headers, fs: { allow: ['..'] } },
  preview: { headers },
});
