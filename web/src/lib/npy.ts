// Tensors as a file of NumPy's format .npy, for the frames that the user takes away.

/** Samples of the same shape as one .npy file (NumPy's format, version 1.0): float32 [samples, ...shape]. */
export function toNpy(samples: readonly Float32Array[], shape: readonly number[]): Blob {
  const dimensions = [samples.length, ...shape].join(', ');
  const header = `{'descr': '<f4', 'fortran_order': False, 'shape': (${dimensions},), }`;
  const preamble = 10; // magic, version, length of the header
  const length = Math.ceil((preamble + header.length + 1) / 64) * 64 - preamble;
  const start = new Uint8Array(preamble + length).fill(0x20);
  start.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, length & 0xff, length >> 8]);
  start.set(new TextEncoder().encode(header), preamble);
  start[start.length - 1] = 0x0a;
  return new Blob([start, ...(samples as Float32Array<ArrayBuffer>[])]);
}
