// The script that the worker runs, in browsers and in Node. It stays at the top of the package because some bundlers keep its address
// as it is written in worker.ts; a bundle then looks for `worker-thread.js` beside itself, as the package's README tells.

import { serve } from './worker/thread.js';

serve();
