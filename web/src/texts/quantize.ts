// Texts of the step that makes versions.

export const quantize = {
  lead: 'Each version is a complete .tflite file, made in this page.',
  cards: {
    fp16: {
      gain: 'Half the size',
      text: 'Weights in half precision. Nothing to calibrate, next to no difference.',
    },
    'dynamic-int8': {
      gain: 'A quarter of the size',
      text: 'Weights in INT8, activations quantized as they come. Nothing to calibrate.',
    },
    'static-int8': {
      gain: 'Smallest and fastest',
      text: 'Weights and activations in INT8, with the ranges from calibration.',
    },
  },
  auto: {
    gain: 'Let it choose',
    text: 'Tries static INT8 first and falls back until predictions move less than this.',
  },
  target: 'Largest mean shift in %',
  find: 'Find the version',
  findAgain: 'Find it again',
  searching: { calibrating: 'Calibrating', comparing: 'Trying a version' } as Record<
    string,
    string
  >,
  tried: (count: number) => `${count} ${count === 1 ? 'version' : 'versions'} tried`,
  missed: 'None stays within the target; this one is the closest to FP32.',
  make: 'Make it',
  again: 'Make it again',
  making: 'Working …',
  needsStats: 'Calibrate first',
  smaller: (share: string) => `${share} smaller`,
  kept: (count: number, total: number) => `${count} of ${total} operators stay float`,
  failed: 'That version could not be made',
  warnings: 'Worth knowing',
  more: 'More options',
  options: {
    io: {
      name: 'Inputs and outputs',
      hint: 'Static INT8: float32 converts at the edges; int8 and uint8 leave that to your code.',
    },
    granularity: {
      name: 'Scales of weights',
      hint: 'One for each output channel is more exact, one for all is what some accelerators need.',
    },
    activations: {
      name: 'Activations',
      hint: 'Static INT8: asymmetric uses all 256 steps, symmetric keeps zero at 0 for some accelerators.',
    },
    minElements: {
      name: 'Smallest constant',
      hint: 'Dynamic INT8: constants with fewer elements stay float.',
    },
    equalize: {
      name: 'Equalize channels',
      hint: 'Static INT8: scales channels that differ much in size. Try it when the verdict is poor.',
      off: 'off',
      on: 'on',
    },
    exclude: {
      name: 'Keep in float',
      hint: 'Names of operators, separated by commas; the table of operators has them.',
    },
  },
};
