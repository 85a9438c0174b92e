// Every text of the page, so that it can be translated in one place.

import type { CalibrationMethod } from 'webquant';
import type { Verdict } from './lib/scores.ts';
import type { SourceKind } from './state/source.ts';
import type { VersionId } from './state/versions.ts';

const versions: Record<VersionId, string> = {
  reference: 'FP32',
  fp16: 'FP16',
  'dynamic-int8': 'Dynamic INT8',
  'static-int8': 'Static INT8',
  auto: 'Auto',
};

const verdicts: Record<Verdict, string> = {
  'very-good': 'Very good',
  acceptable: 'Acceptable',
  reconsider: 'Reconsider',
};

const verdictReasons: Record<Verdict, string> = {
  'very-good': 'Predictions move by less than 1 % on average.',
  acceptable: 'Predictions move by 1 to 3 % on average.',
  reconsider: 'Predictions move by more than 3 % on average.',
};

const methods: Record<CalibrationMethod, { name: string; hint: string }> = {
  minmax: { name: 'Min-max', hint: 'The whole range that was seen. Simple and safe.' },
  'moving-average': {
    name: 'Moving average',
    hint: 'The mean range of a frame, recent frames first. Forgives single odd frames.',
  },
  percentile: { name: 'Percentile', hint: 'Cuts off the rarest 0.01 % of values.' },
  entropy: { name: 'Entropy', hint: 'The range that keeps most of the information.' },
  mse: { name: 'Mean squared error', hint: 'The range with the smallest rounding error.' },
};

const sources: Record<SourceKind, { name: string; hint: string }> = {
  camera: { name: 'Camera', hint: 'What the model will really see.' },
  video: { name: 'Video file', hint: 'A recording of the same scene.' },
  images: { name: 'Images', hint: 'A folder, or any number of files.' },
  bundled: { name: 'Examples', hint: '64 bundled frames of digits and letters.' },
};

export const texts = {
  title: 'webquant',
  tagline: 'Make a model smaller and faster, right here. See what it costs before you ship it.',
  privacy: 'Nothing leaves this device',
  privacyHint: 'Models and frames are worked on in this page. It has no server and sends nothing.',
  theme: { light: 'Use the light theme', dark: 'Use the dark theme' },
  skip: 'Skip to the content',
  steps: {
    model: 'Model',
    source: 'Frames',
    calibrate: 'Calibrate',
    quantize: 'Quantize',
    compare: 'Compare',
    take: 'Take away',
  },
  stepsLabel: 'Steps',
  cancel: 'Cancel',
  engine: {
    loading: 'Loading the engine …',
    failed: 'The engine has stopped',
    reload: 'Start it again',
  },
  model: {
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
    layingOut: 'Laying out the graph …',
    labels: 'Class names (.txt)',
    columns: {
      index: '#',
      type: 'Operator',
      name: 'Name',
      macs: 'MACs',
      weights: 'Weights',
      runs: 'Runs',
    },
    runs: 'Yes',
    runsNot: 'No',
    andMore: (count: number) => `and ${count} more`,
    obstacles: {
      unsupported:
        'This model has operators that cannot run here. Everything else of it can still be looked at.',
      'no-picture':
        'This model does not take a single picture, and this page feeds it pictures. The npm package quantizes such models too.',
      quantized:
        'This model is quantized already. Open the float version it was made from to quantize it in another way.',
    },
  },
  preprocess: {
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
    formula: 'value = (pixel − mean) ÷ standard deviation; one number, or three with commas',
    preview: 'What the model sees',
    range: (low: string, high: string) => `values ${low} to ${high}`,
    wrong: 'One or three numbers, and no standard deviation of 0.',
    clears: 'A change clears the frames taken so far.',
  },
  source: {
    lead: 'Calibration needs frames like those that the model will meet. The examples need no permission.',
    label: 'Source of the frames',
    kinds: sources,
    opening: 'Opening …',
    device: 'Camera',
    defaultDevice: 'Default camera',
    mirror: 'Mirror the preview',
    chooseVideo: 'Choose a video',
    chooseImages: 'Choose images',
    chooseFolder: 'Choose a folder',
    startCamera: 'Turn the camera on',
    preview: 'Preview of the source',
    empty: 'No frames yet. Choose a source above.',
    refused:
      'The browser was not allowed to use the camera. Allow it in the address bar and try again, or take another source: a video, images or the examples.',
    noCamera: 'No camera was found. Take another source: a video, images or the examples.',
    busy: 'The camera is in use by another program. Close that and try again, or take another source.',
    retry: 'Try again',
  },
  calibrate: {
    lead: 'Runs the model on frames and notes the range of every layer. Only static INT8 needs it; comparing uses the same frames.',
    frames: 'Number of frames',
    interval: 'Interval in ms',
    method: 'Method',
    methods,
    start: 'Take frames',
    again: 'Take frames again',
    more: 'Take the missing frames',
    progress: (done: number, total: number) => `${done} of ${total} frames`,
    left: (time: string) => `about ${time} left`,
    done: (count: number) => `Calibrated on ${count} ${count === 1 ? 'frame' : 'frames'}`,
    failed: 'Calibration stopped',
    strip: 'Frames taken',
    stripHint: 'Select a frame and press a letter or digit to label it, Delete to remove it.',
    noLabels: 'Select a frame and press Delete to remove it.',
    remove: (index: number) => `Remove frame ${index}`,
    frame: (index: number, label: string | undefined) =>
      `Frame ${index}, ${label === undefined ? 'no label' : `label ${label}`}`,
    clear: 'Remove all frames',
    ranges: 'Range of each layer',
    rangesHint:
      'How often each value was seen, and between the lines what the 256 steps of INT8 will cover; what is pale is cut off. The scale is one of roots, the heights are logarithms.',
    columns: {
      layer: 'Layer',
      from: 'From',
      picture: 'Values seen and range chosen',
      to: 'To',
      beyond: 'Cut off',
    },
    empty: 'The frames and the ranges of the layers will appear here.',
    needsSource: 'Choose a source of frames first.',
  },
  quantize: {
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
  },
  compare: {
    lead: 'The same frame through both versions, live, and then all collected frames through every version.',
    version: 'Compare FP32 with',
    start: 'Start the live comparison',
    stop: 'Stop',
    empty: 'Make a version first. Then both run side by side here.',
    needsSource: 'Choose a source of frames first.',
    latency: 'Latency',
    rate: 'Frames a second',
    size: 'Size',
    memory: 'Memory',
    shift: 'Mean shift',
    top: 'Top 5',
    map: 'Output of',
    failed: 'The comparison stopped',
    judge: 'Judge all versions',
    judgeOn: 'Frames to judge on',
    sets: { collected: 'on the collected frames', 'held-out': 'on 100 others' },
    judging: (version: string) => `Judging ${version}`,
    needsFrames: 'Collect frames above first; they are what is judged on.',
    summary: 'All versions',
    summaryCaption: (count: number) =>
      `On ${count} frames; latency is the median of 50 runs in this browser.`,
    sameFrames:
      'These are the frames of the calibration. For a last word, judge on frames that it has not seen.',
    columns: {
      version: 'Version',
      size: 'Size',
      smaller: 'Smaller by',
      latency: 'Latency',
      faster: 'Speed',
      memory: 'Memory',
      shift: 'Mean shift',
      worst: 'Max shift',
      accuracy: 'Accuracy',
      verdict: 'Verdict',
    },
    reference: 'Reference',
    scatter: 'Size, speed and accuracy',
    scatterHint:
      'Further left is faster, further down is closer to FP32. The area of a dot is the size of the file.',
    layers: (version: string) => `Where the error of ${version} comes from`,
    layersHint: 'Signal to quantization noise after each layer, in decibels; shorter is worse.',
    worst: 'Worst frames first',
    worstHint: 'How far the probability of the FP32 answer moved.',
    worstHintOther: 'Largest difference from FP32, in per cent of the range of the output.',
    answers: (reference: string, candidate: string) =>
      reference === candidate ? `both say ${reference}` : `${reference} became ${candidate}`,
    verdicts,
    verdictReasons,
  },
  report: {
    title: (name: string) => `${name}: webquant report`,
    parameters: (count: string) => `${count} parameters`,
    macs: (count: string) => `${count} multiply-adds a frame`,
    calibrated: (frames: string, method: string) => `calibrated on ${frames} by ${method}`,
    judged: { collected: 'judged on the same frames', 'held-out': 'judged on 100 other frames' },
  },
  take: {
    lead: 'Everything that was made here, as files. The report needs nothing else to be read.',
    empty: 'Make a version first.',
    model: (name: string) => `${name} model`,
    stats: 'Calibration statistics',
    statsHint: 'JSON; wq.quantize takes it as stats',
    samples: 'Calibration frames',
    samplesHint: 'Tensors as .npy, for the same result elsewhere',
    report: 'Report',
    reportHint: 'One HTML file',
    json: 'Report as data',
    jsonHint: 'JSON',
    code: 'The same in your code',
    copy: 'Copy the code',
    copied: 'Copied',
  },
  versions,
  footer: {
    source: 'Free software, Apache-2.0',
    offline: 'Works offline once loaded',
  },
};
