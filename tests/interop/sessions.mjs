// The library's side of the comparison, through its public functions only.

import { load } from 'webquant';

/** The library as its users load it; WEBQUANT_VARIANT asks for one of its builds. */
export const startWebquant = () => load({ variant: process.env.WEBQUANT_VARIANT || 'auto' });

/** The single output of each sample, run one after the other in a session of its own. `inputs` may be a generator. */
export function runAll(wq, bytes, inputs, options) {
  const session = wq.createSession(bytes);
  try {
    const outputs = [];
    for (const input of inputs) {
      const values = Object.values(session.run(input, options));
      if (values.length !== 1)
        throw new Error(`one output is expected here, the model has ${values.length}`);
      outputs.push(values[0].slice());
    }
    return outputs;
  } finally {
    session.dispose();
  }
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
