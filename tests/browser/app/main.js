// A small application: what its bundler makes of it has to run.

import { load } from 'webquant';
import { loadInWorker } from 'webquant/worker';

globalThis.quantize = async (modelUrl) => {
  const model = new Uint8Array(await (await fetch(modelUrl)).arrayBuffer());
  const here = await load();
  const there = await loadInWorker();
  const { bytes } = here.quantize(model, { mode: 'dynamic-int8' });
  const other = await there.quantize(model, { mode: 'dynamic-int8' });
  const session = await there.createSession(other.bytes);
  const outputs = await session.run(new Float32Array(64 * 64 * 3));
  await there.dispose();
  return { sizes: [bytes.length, other.bytes.length], classes: outputs.probabilities.length };
};
