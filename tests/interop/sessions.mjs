// The library's side of the comparison, through its public functions only.

import { load } from 'webquant';

/** The library as its users load it; WEBQUANT_VARIANT asks for one of its builds. */
export const startWebquant = () => load({ variant: process.env.WEBQUANT_VARIANT || 'auto' });

/**
 * Every output of each sample, run one after the other in a session of its own: a list per output, in the model's order,
 * with one typed array per sample. `inputs` may be a generator.
 */
export function runOutputs(wq, bytes, inputs, options) {
  const session = wq.createSession(bytes);
  try {
    const outputs = session.outputs.map(() => []);
    for (const input of inputs) {
      const values = session.run(input, options);
      for (const [i, { name }] of session.outputs.entries()) outputs[i].push(values[name].slice());
    }
    return outputs;
  } finally {
    session.dispose();
  }
}

/** The same for a model with a single output: one typed array per sample. */
export function runAll(wq, bytes, inputs, options) {
  const outputs = runOutputs(wq, bytes, inputs, options);
  if (outputs.length !== 1)
    throw new Error(`one output is expected here, the model has ${outputs.length}`);
  return outputs[0];
}

/** Min-max statistics over the inputs. */
export function calibrate(wq, bytes, inputs) {
  const calibrator = wq.createCalibrator(bytes);
  try {
    for (const input of inputs) calibrator.observe(input);
    return calibrator.stats();
  } finally {
    calibrator.dispose();
  }
}
