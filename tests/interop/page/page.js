// Runs inside the browser. Node calls window.litert.* with URLs to fetch bytes from and to post results to.

import { loadAndCompile, loadLiteRt, Tensor } from '@litertjs/core';

const fetchBytes = async (url) => {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: HTTP ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
};

// A dynamic dimension (mostly the batch) is reported as -1: one sample at a time fills it.
const describe = ({ name, dtype, shape }) => ({ name, dtype, shape: [...shape].map((size) => (size < 0 ? 1 : size)) });
const elements = ({ shape }) => shape.reduce((product, size) => product * size, 1);

/** Runs `use(model, inputs, outputs)` with the compiled model and the descriptions of its ends, then frees it. */
async function withModel(modelUrl, use) {
  const model = await loadAndCompile(await fetchBytes(modelUrl), { accelerator: 'wasm' });
  try {
    const inputs = model.getInputDetails().map(describe);
    const outputs = model.getOutputDetails().map(describe);
    for (const { name, dtype } of [...inputs, ...outputs]) {
      if (dtype !== 'float32') throw new Error(`"${name}" is ${dtype}; only float32 inputs and outputs are run here`);
    }
    return await use(model, inputs, outputs);
  } finally {
    model.delete();
  }
}

async function runOnce(model, inputs, data) {
  const tensors = inputs.map((input, i) => new Tensor(data[i], input.shape));
  try {
    const results = await model.run(tensors);
    const values = results.map((tensor) => tensor.toTypedArray().slice());
    for (const tensor of results) tensor.delete();
    return values;
  } finally {
    for (const tensor of tensors) tensor.delete();
  }
}

/** Samples lie one after the other at samplesUrl, each with all its inputs; the outputs are posted in the same way. */
async function run(modelUrl, samplesUrl, resultUrl) {
  return withModel(modelUrl, async (model, inputs, outputs) => {
    const packed = new Float32Array((await fetchBytes(samplesUrl)).buffer);
    const sampleSize = inputs.reduce((sum, input) => sum + elements(input), 0);
    if (packed.length % sampleSize !== 0) {
      throw new Error(`${packed.length} input values are no multiple of the ${sampleSize} that one sample has`);
    }
    const count = packed.length / sampleSize;
    const outputSize = outputs.reduce((sum, output) => sum + elements(output), 0);
    const result = new Float32Array(count * outputSize);
    let from = 0;
    let to = 0;
    for (let sample = 0; sample < count; ++sample) {
      const data = inputs.map((input) => packed.subarray(from, (from += elements(input))));
      for (const values of await runOnce(model, inputs, data)) {
        result.set(values, to);
        to += values.length;
      }
    }
    await fetch(resultUrl, { method: 'POST', body: result });
    return { inputs, outputs };
  });
}

/** Milliseconds of each timed run, on pseudo-random inputs in [0, 1) (denormal or zero inputs would time something else). */
async function benchmark(modelUrl, runs, warmup) {
  return withModel(modelUrl, async (model, inputs) => {
    let seed = 1;
    const random = () => {
      seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
      return seed / 2 ** 32;
    };
    const tensors = inputs.map((input) => new Tensor(Float32Array.from({ length: elements(input) }, random), input.shape));
    const times = [];
    for (let i = 0; i < warmup + runs; ++i) {
      const start = performance.now();
      const results = await model.run(tensors);
      const end = performance.now();
      for (const tensor of results) tensor.delete();
      if (i >= warmup) times.push(end - start);
    }
    for (const tensor of tensors) tensor.delete();
    return times;
  });
}

window.litert = { run, benchmark };
window.ready = loadLiteRt('/wasm/').then(() => true);
