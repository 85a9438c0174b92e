// The garbage collector, which is there only when asked for.

import { setTimeout } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc');

/** Collects garbage until `isDone` or about two seconds have passed; finalizers run in between. */
export async function collectGarbage(isDone = () => false, rounds = 40) {
  for (let i = 0; i < rounds && !isDone(); ++i) {
    collect();
    await setTimeout(i < 5 ? 0 : 50);
  }
}
