import { load } from '/webquant/dist/index.js';

addEventListener('message', async ({ data: model }) => {
  const wq = await load({ wasmUrl: '/webquant/dist/wasm' });
  const session = wq.createSession(model);
  const frame = { data: new Uint8Array(64 * 64 * 3).fill(99), width: 64, height: 64 };
  const canvas = new OffscreenCanvas(64, 64);
  const context = canvas.getContext('2d');
  context.fillStyle = 'rgb(99, 99, 99)';
  context.fillRect(0, 0, 64, 64);
  const run = (source) => {
    const tensor = wq.frameToTensor(source, { width: 64, height: 64, mean: 127.5, std: 127.5 });
    return Array.from(session.run(tensor).probabilities);
  };
  postMessage({ variant: wq.info.variant, fromPixels: run(frame), fromCanvas: run(canvas) });
});
