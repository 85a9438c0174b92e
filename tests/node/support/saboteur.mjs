// This file is loaded into a worker before the worker's script. When the test says so over a channel, the next thing that WebAssembly asks
// of JavaScript fails: by a trap, as a defect of the module would, or by an ordinary exception.

import { BroadcastChannel } from 'node:worker_threads';

/** (module (func (export "trap") unreachable)) */
const TRAPPING = Uint8Array.from([
  ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 4, 1, 0x60, 0, 0, 3, 2, 1, 0],
  ...[7, 8, 1, 4, 0x74, 0x72, 0x61, 0x70, 0, 0, 0x0a, 5, 1, 3, 0, 0, 0x0b],
]);
const { trap } = new WebAssembly.Instance(new WebAssembly.Module(TRAPPING)).exports;

const failures = {
  trap,
  exception: () => {
    fail = undefined; // cleaning up asks for more
    throw new TypeError('a foreign exception');
  },
};
let fail;

const channel = new BroadcastChannel('saboteur');
channel.onmessage = ({ data }) => {
  fail = failures[data];
  channel.postMessage(`${data} follows`);
};
channel.unref();

const { instantiate } = WebAssembly;
WebAssembly.instantiate = (module, imports) => {
  const sabotaged = Object.entries(imports).map(([name, functions]) => [
    name,
    Object.fromEntries(
      Object.entries(functions).map(([key, value]) => [
        key,
        typeof value === 'function' ? (...args) => (fail ? fail() : value(...args)) : value,
      ]),
    ),
  ]);
  return instantiate(module, Object.fromEntries(sabotaged));
};
