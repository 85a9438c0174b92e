// Runs inside the browser. Node calls window.litert.* with URLs to fetch bytes from and to post results to.

import { loadAndCompile, loadLiteRt, Tensor } from '@litertjs/core';
import { withRawModel } from './raw.js';

const fetchBytes = async (url) => {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: HTTP ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
};

const elements = (shape) => shape.reduce((product, size) => product * size, 1);

// A dynamic dimension (mostly the batch) is reported as -1: one sample at a time fills it.
const describe = ({ name, dtype, shape }) => {
  const fixed = [...shape].map((size) => (size < 0 ? 1 : size));
  return {
    name,
    dtype,
    shape: fixed,
    dynamic: shape.some((size) => size < 0),
    byteLength: 4 * elements(fixed),
  };
};

/** Calls use(model) with { inputs, outputs, run(list of Float32Array) } made by the package's public functions. */
async function withFloatModel(bytes, use) {
  const model = await loadAndCompile(bytes, { accelerator: 'wasm' });
  const inputs = model.getInputDetails().map(describe);
  const outputs = model.getOutputDetails().map(describe);
  for (const { name, dtype } of [...inputs, ...outputs]) {
    if (dtype !== 'float32')
      throw new Error(`"${name}" is ${dtype}; only float32 is run here, use runRaw`);
  }
  // The package (2.5.3) refuses every tensor for a dynamic input, as its shape is never the declared -1; its runtime
  // does take them.
  const infer = inputs.some((input) => input.dynamic)
    ? async (tensors) => {
        const buffers = tensors.map((tensor) => tensor.liteRtTensorBuffer);
        return (await model.liteRtCompiledModel.run(0, buffers)).map(
          (buffer) => new Tensor(buffer),
        );
      }
    : (tensors) => model.run(tensors);
  const run = async (data) => {
    const tensors = data.map((bytes, i) => {
      const values = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
      return new Tensor(values, inputs[i].shape);
    });
    try {
      const results = await infer(tensors);
      const values = results.map((tensor) => new Uint8Array(tensor.toTypedArray().slice().buffer));
      for (const tensor of results) tensor.delete();
      return values;
    } finally {
      for (const tensor of tensors) tensor.delete();
    }
  };
  try {
    return await use({ inputs, outputs, run, infer });
  } finally {
    model.delete();
  }
}

/** Samples lie one after the other at samplesUrl, each with all its inputs; the outputs are posted in the same way. */
async function runSamples(withModel, modelUrl, samplesUrl, count, resultUrl) {
  return withModel(await fetchBytes(modelUrl), async ({ inputs, outputs, run }) => {
    const packed = await fetchBytes(samplesUrl);
    const sampleSize = inputs.reduce((sum, input) => sum + input.byteLength, 0);
    if (packed.length !== count * sampleSize) {
      throw new Error(
        `${count} samples need ${count * sampleSize} bytes of inputs, ${packed.length} were given`,
      );
    }
    const results = [];
    let offset = 0;
    const take = ({ byteLength }) => {
      offset += byteLength;
      return packed.subarray(offset - byteLength, offset);
    };
    for (let sample = 0; sample < count; ++sample) {
      results.push(...(await run(inputs.map(take))));
    }
    await fetch(resultUrl, { method: 'POST', body: new Blob(results) });
    return { inputs, outputs };
  });
}

/** Milliseconds of each timed run, on pseudo-random inputs in [0, 1): denormal or zero inputs would time other code. */
async function benchmark(modelUrl, runs, warmup) {
  return withFloatModel(await fetchBytes(modelUrl), async ({ inputs, infer }) => {
    let seed = 1;
    const random = () => {
      seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
      return seed / 2 ** 32;
    };
    const tensors = inputs.map(({ shape }) => {
      return new Tensor(Float32Array.from({ length: elements(shape) }, random), shape);
    });
    const times = [];
    for (let i = 0; i < warmup + runs; ++i) {
      const start = performance.now();
      const results = await infer(tensors);
      const end = performance.now();
      for (const tensor of results) tensor.delete();
      if (i >= warmup) times.push(end - start);
    }
    for (const tensor of tensors) tensor.delete();
    return times;
  });
}

window.litert = {
  run: (...args) => runSamples(withFloatModel, ...args),
  runRaw: (...args) => runSamples(withRawModel, ...args),
  benchmark,
};
window.ready = loadLiteRt('/wasm/').then(() => true);
