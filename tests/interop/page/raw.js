// Models with int8 or uint8 ends. The package's public functions know no int8 tensors, its WebAssembly runtime does:
// this does what they do, with bytes in place of typed arrays.

import { getDefaultEnvironment, getGlobalLiteRt } from '@litertjs/core';

const toArray = (vector) => Array.from({ length: vector.size() }, (_, i) => vector.get(i));
const DTYPES = { 1: 'float32', 2: 'int32', 3: 'uint8', 4: 'int64', 6: 'bool', 9: 'int8' };

function describe(name, type) {
  return {
    name,
    dtype: DTYPES[type.elementType().value],
    shape: toArray(type.layout().dimensions()),
    byteLength: type.bytes(),
    type,
  };
}

/** Calls use(model) with { inputs, outputs, run(list of Uint8Array) }. */
export async function withRawModel(bytes, use) {
  const wasm = getGlobalLiteRt().liteRtWasm;
  const environment = getDefaultEnvironment();
  const address = wasm._malloc(bytes.byteLength);
  wasm.HEAPU8.set(bytes, address);
  const model = wasm.loadModel(environment.liteRtEnvironment, address, bytes.byteLength);
  const compiled = await wasm.compileModel(environment.liteRtEnvironment, model, {
    environment,
    accelerator: 'wasm',
    cpuOptions: { numThreads: 1 },
  });
  const signature = model.getSignature(0);
  const inputs = toArray(signature.inputNames()).map((name, i) =>
    describe(name, model.getInputTensorType(0, i)),
  );
  const outputs = toArray(signature.outputNames()).map((name, i) =>
    describe(name, model.getOutputTensorType(0, i)),
  );

  const run = async (data) => {
    const buffers = inputs.map(({ type, byteLength }, i) => {
      const buffer = wasm.LiteRtTensorBuffer.createManaged(
        environment.liteRtEnvironment,
        wasm.LiteRtTensorBufferType.HOST_MEMORY,
        type,
        byteLength,
      );
      wasm.HEAPU8.set(data[i], buffer.lock(wasm.LiteRtTensorBufferLockMode.WRITE));
      buffer.unlock();
      return buffer;
    });
    const results = await compiled.run(0, buffers);
    const values = results.map((buffer) => {
      const start = buffer.lock(wasm.LiteRtTensorBufferLockMode.READ);
      const copy = wasm.HEAPU8.slice(start, start + buffer.packedSize());
      buffer.unlock();
      return copy;
    });
    for (const buffer of [...buffers, ...results]) buffer.delete();
    return values;
  };

  try {
    const plain = (ends) => ends.map(({ type, ...rest }) => rest);
    return await use({ inputs: plain(inputs), outputs: plain(outputs), run });
  } finally {
    for (const object of [
      ...[...inputs, ...outputs].map(({ type }) => type),
      signature,
      compiled,
      model,
    ]) {
      object.delete();
    }
    wasm._free(address);
  }
}
