// What the test asks of the page. Large results go back by POST, the others as JSON.

import { load, WebQuantError } from '/webquant/dist/index.js';
import { loadInWorker } from '/webquant/dist/worker.js';
import { timeAborts } from './aborts.js';

const INPUT = { width: 64, height: 64, mean: 127.5, std: 127.5 };
const bytesOf = async (url) => new Uint8Array(await (await fetch(url)).arrayBuffer());
const post = (url, body) => fetch(url, { method: 'POST', body });

async function decode(url) {
  const image = new Image();
  image.src = url;
  await image.decode();
  return image;
}

function drawn(image) {
  const canvas = document.createElement('canvas');
  canvas.width = image.naturalWidth;
  canvas.height = image.naturalHeight;
  canvas.getContext('2d').drawImage(image, 0, 0);
  return canvas;
}

/** A video that shows the canvas. */
async function filmed(canvas) {
  const video = document.createElement('video');
  video.muted = true;
  video.srcObject = canvas.captureStream();
  const shown = new Promise((resolve) => video.requestVideoFrameCallback(resolve));
  await video.play();
  await shown;
  return video;
}

function calibrated(wq, model, tensors) {
  const calibrator = wq.createCalibrator(model);
  for (const tensor of tensors) calibrator.observe(tensor);
  const stats = calibrator.stats();
  calibrator.dispose();
  return stats;
}

const versionsOf = (wq, model, stats) =>
  [{ mode: 'fp16' }, { mode: 'dynamic-int8' }, { mode: 'static-int8', stats }].map(
    (options) => wq.quantize(model, options).bytes,
  );

/** Quantizes the model on frames that are drawn on canvases; posts the tensors and the files. */
async function quantize({ modelUrl, frameUrls, tensorsUrl, fileUrls, variant }) {
  const wq = await load(variant ? { variant } : {});
  const model = await bytesOf(modelUrl);
  const tensors = [];
  for (const url of frameUrls) tensors.push(wq.frameToTensor(drawn(await decode(url)), INPUT));
  const stats = calibrated(wq, model, tensors);
  const versions = versionsOf(wq, model, stats);
  const outputs = [model, ...versions].map((bytes) => {
    const session = wq.createSession(bytes);
    const { probabilities } = session.run(tensors[0]);
    session.dispose();
    return Array.from(probabilities);
  });
  const reports = versions.map((bytes) => wq.compare(model, bytes, tensors));
  await post(tensorsUrl, new Blob(tensors));
  for (const [i, bytes] of versions.entries()) await post(fileUrls[i], bytes);
  const { info } = wq;
  wq.dispose();
  return { info, stats, outputs, verdicts: reports.map(({ verdict }) => verdict) };
}

/** The same picture as every kind of frame: the largest difference of each from its ImageData. */
async function frameKinds({ frameUrl }) {
  const wq = await load();
  const image = await decode(frameUrl);
  const canvas = drawn(image);
  const { width, height } = canvas;
  const offscreen = new OffscreenCanvas(width, height);
  offscreen.getContext('2d').drawImage(image, 0, 0);
  const frame = new VideoFrame(canvas, { timestamp: 0 });
  const sources = {
    image,
    canvas,
    offscreen,
    bitmap: await createImageBitmap(image),
    frame,
    video: await filmed(canvas),
  };
  const options = { width: 48, height: 32 };
  const pixels = canvas.getContext('2d').getImageData(0, 0, width, height);
  const expected = wq.frameToTensor(pixels, options);
  const differences = Object.entries(sources).map(([name, source]) => {
    const tensor = wq.frameToTensor(source, options);
    return [
      name,
      tensor.reduce((worst, value, i) => Math.max(worst, Math.abs(value - expected[i])), 0),
    ];
  });
  frame.close();
  wq.dispose();
  return Object.fromEntries(differences);
}

/** Code and place of each error. */
async function errors() {
  const wq = await load();
  const options = { width: 8, height: 8 };
  const attempts = [
    () => wq.frameToTensor(document.createElement('video'), options),
    () => wq.frameToTensor(new Image(), options),
    () => wq.frameToTensor(document.body, options),
    () => wq.inspect(new Uint8Array(100)),
    () => load({ wasmUrl: '/nowhere' }),
    () => load({ threads: 4 }),
  ];
  const found = [];
  for (const attempt of attempts) {
    try {
      await attempt();
      found.push('no error');
    } catch (error) {
      found.push(error instanceof WebQuantError ? `${error.code} ${error.where}` : String(error));
    }
  }
  return found;
}

/** The same module in a worker. */
async function inWorker({ modelUrl }) {
  const worker = new Worker('/page/worker.js', { type: 'module' });
  const answer = new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = ({ message }) => reject(new Error(message));
  });
  worker.postMessage(await bytesOf(modelUrl));
  const data = await answer;
  worker.terminate();
  return data;
}

const largestDifference = (a, b) =>
  a.reduce((worst, value, i) => Math.max(worst, Math.abs(value - b[i])), 0);
const isSame = (a, b) => JSON.stringify(a) === JSON.stringify(b);

/** The package in a worker beside the package in the page. */
async function offThread({ modelUrl, frameUrls }) {
  const here = await load();
  const there = await loadInWorker();
  const model = await bytesOf(modelUrl);
  const canvas = drawn(await decode(frameUrls[0]));
  const expected = here.frameToTensor(canvas, INPUT);
  const image = await decode(frameUrls[0]);
  const sources = { canvas, image, frame: new VideoFrame(canvas, { timestamp: 0 }) };
  const differences = {};
  for (const [kind, source] of Object.entries(sources)) {
    const own = here.frameToTensor(source, INPUT);
    differences[kind] = largestDifference(await there.frameToTensor(source, INPUT), own);
  }
  sources.frame.close();
  const bitmap = await createImageBitmap(canvas);
  await there.frameToTensor(bitmap, { ...INPUT, transfer: true });

  const stats = calibrated(here, model, [expected]);
  const calibrator = await there.createCalibrator(model);
  const given = expected.slice();
  await calibrator.observe(given);
  const copied = given.length;
  const quantized = here.quantize(model, { mode: 'static-int8', stats });
  const { bytes } = await there.quantize(model, {
    mode: 'static-int8',
    stats: await calibrator.stats(),
  });
  const samples = [expected];
  const same = {
    info: isSame(there.info, here.info),
    inspected: isSame(await there.inspect(model), here.inspect(model)),
    stats: isSame(await calibrator.stats(), stats),
    bytes: isSame(bytes, quantized.bytes),
    report: isSame(await there.compare(model, bytes, samples), here.compare(model, bytes, samples)),
  };
  const session = await there.createSession(bytes);
  const { probabilities } = await session.run(given, { transfer: true });
  here.dispose();
  await there.dispose();
  const moved = { copied, transferred: given.length, bitmap: bitmap.width };
  return { same, moved, differences, classes: probabilities.length };
}

/** How soon calls are ended by a signal. */
async function aborts({ modelUrl, frameUrls }) {
  const wq = await loadInWorker();
  const samples = await Promise.all(
    frameUrls.map(async (url) => wq.frameToTensor(await decode(url), INPUT)),
  );
  const result = await timeAborts(wq, await bytesOf(modelUrl), samples);
  await wq.dispose();
  return result;
}

/** The same of a file as of its bytes; and what is said of a file that cannot be read any more. */
async function files({ modelUrl }) {
  const wq = await loadInWorker();
  const folder = await navigator.storage.getDirectory();
  const handle = await folder.getFileHandle('model.tflite', { create: true });
  const writable = await handle.createWritable();
  await writable.write(await bytesOf(modelUrl));
  await writable.close();
  const file = await handle.getFile();
  const same = isSame(await wq.inspect(file), await wq.inspect(await bytesOf(modelUrl)));
  await folder.removeEntry('model.tflite');
  const gone = await wq.inspect(file).catch(({ code, where }) => `${code} ${where}`);
  await wq.dispose();
  return { same, gone };
}

/** What becomes of calls when somebody strikes the worker down. */
async function crash({ modelUrl }) {
  const wq = await loadInWorker();
  const model = await bytesOf(modelUrl);
  const describe = ({ code, where, message }) => `${code} ${where}: ${message}`;
  const onProgress = () => {
    globalThis.isBenchmarking = true;
  };
  const pending = await wq.benchmark(model, { runs: 1_000_000, onProgress }).catch(describe);
  const later = await wq.inspect(model).catch(describe);
  const another = await loadInWorker();
  const loaded = (await another.inspect(model)).ops.length;
  await another.dispose();
  return { pending, later, loaded };
}

window.actions = { quantize, frameKinds, errors, inWorker, offThread, aborts, files, crash };
