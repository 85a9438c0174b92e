// Texts of the step that opens a model, and of preprocessing.

export const model = {
  lead: 'Start with the bundled classifier of digits and letters, or open a TensorFlow Lite model of your own.',
  choose: 'Open a .tflite file',
  drop: 'or drop one anywhere on this page',
  bundled: 'Use the bundled model',
  kept: 'Opened before, kept on this device',
  forget: (name: string) => `Forget ${name}`,
  loading: 'Reading the model …',
  failed: (file: string) => `${file} cannot be opened`,
  keptBefore: 'The model below is still the one before.',
  size: 'File size',
  parameters: 'Parameters',
  macs: 'Multiply-adds',
  operators: 'Operators',
  precision: 'Precision',
  inputs: 'Inputs',
  outputs: 'Outputs',
  graph: 'Graph',
  table: 'Table',
  view: 'Show the operators as',
  graphLabel: (count: number) => `Graph of ${count} operators; the table has the same as text`,
  nodeMacs: (count: string) => `(${count} multiply-adds)`,
  layingOut: 'Laying out the graph …',
  labels: 'Class names (.txt)',
  columns: {
    index: '#',
    type: 'Operator',
    name: 'Name',
    macs: 'MACs',
    weights: 'Weights',
    runs: 'Runs on',
  },
  runs: {
    xnnpack: 'XNNPACK',
    webquant: 'webquant INT8',
    portable: 'plain C++',
  },
  runsNot: 'Cannot run',
  andMore: (count: number) => `and ${count} more`,
  obstacles: {
    unsupported:
      'This model has operators that cannot run here. Everything else of it can still be looked at.',
    'no-picture':
      'This model does not take a single picture, and this page feeds it pictures. The npm package quantizes such models too.',
    quantized:
      'This model is quantized already. Open the float version it was made from to quantize it in another way.',
  },
};

export const preprocess = {
  title: 'Preprocessing',
  from: {
    metadata: 'Taken from the metadata of the file.',
    type: 'A guess: the file does not say. Check that the picture looks right and the values are what the model was trained on.',
    user: 'Set by you.',
  },
  mean: 'Mean',
  std: 'Standard deviation',
  channels: 'Colour order',
  channelNames: { rgb: 'RGB', bgr: 'BGR', gray: 'Gray' },
  crop: 'Fit',
  cropNames: { center: 'Cut the centre', none: 'Stretch' },
  formula: 'value = (pixel − mean) ÷ standard deviation',
  numbers: 'One number, or three with commas.',
  preview: 'What the model sees',
  range: (low: string, high: string) => `values ${low} to ${high}`,
  wrong: 'One or three numbers, and no standard deviation of 0.',
  clears: 'A change clears the frames taken so far.',
};
