// The real models beside the repository: which files belong together, what they are fed with, and how well they are
// known to do. The figures are those of the MANIFEST.md that lies with the models.

const byte = (pixel) => pixel;
const unit = (pixel) => pixel / 255;
const symmetric = (pixel) => pixel / 127.5 - 1;
const mfcc = (value) => (value - 83) * 0.5847029089927673;

/** Sample sets: gzipped packs of equal items, or a folder of JPEG files named by the label table. */
export const SETS = {
  cifar10_train500: { pack: 'cifar10_train500.u8.gz', type: Uint8Array, size: 32 * 32 * 3 },
  cifar10_test_dev500: { pack: 'cifar10_test_dev500.u8.gz', type: Uint8Array, size: 32 * 32 * 3 },
  vww_dev300: { pack: 'vww_dev300.u8.gz', type: Uint8Array, size: 96 * 96 * 3 },
  kws_dev500: { pack: 'kws_dev500.i8.gz', type: Int8Array, size: 49 * 10 },
  mnist_dev1000: { pack: 'mnist_dev1000.u8.gz', type: Uint8Array, size: 28 * 28 },
  ad01_windows128: { pack: 'ad01_windows128.f32.gz', type: Float32Array, size: 640 },
  imagenet_cc_dev400: { folder: 'imagenet_cc_dev400', label: 'label1001', size: 224 * 224 * 3 },
};

/** Rows and columns of the photos' pixels, for models of another input size: the nearest pixel of 224 x 224 is taken. */
export const PHOTO_SIZE = 224;

/**
 * `title`: in README's table of accuracy.
 * task 'classify': outputs are class scores, figures are shares of right answers on the whole `set`.
 * task 'anomaly': the score is the squared error between output and input.
 * task 'mask': the two channels of each pixel are scores of background and person.
 * task 'boxes': several outputs that nothing here interprets.
 * `staticShare`: the most that a static INT8 file may have of the float one's size, where that is not the usual 30 %.
 * `pixels`: height and width, where they are not those of the set.
 * `calibration` names a set of its own; otherwise `set` is split (see samples.mjs).
 * `official` files: `kind` is their precision; `ends` the element type of inputs and outputs where that is not float32;
 * `sameWeights` where they were made from the very weights of the float file.
 */
export const MODELS = [
  {
    name: 'ic_resnet8',
    title: 'ResNet-8',
    float: 'ic_resnet8_fp32.tflite',
    task: 'classify',
    calibration: 'cifar10_train500',
    set: 'cifar10_test_dev500',
    preprocess: byte,
    golden: 'ic_resnet8_fp32__cifar10_test_dev500_first16.f32',
    accuracy: 447 / 500,
    official: [
      {
        file: 'ic_resnet8_int8.tflite',
        kind: 'int8',
        ends: 'int8',
        accuracy: 444 / 500,
        sameWeights: true,
      },
    ],
  },
  {
    name: 'vww_96',
    title: 'VWW',
    float: 'vww_96_fp32.tflite',
    task: 'classify',
    set: 'vww_dev300',
    preprocess: unit,
    golden: 'vww_96_fp32__vww_dev300_first16.f32',
    accuracy: 261 / 300,
    official: [
      {
        file: 'vww_96_int8.tflite',
        kind: 'int8',
        ends: 'int8',
        accuracy: 262 / 300,
        sameWeights: true,
      },
    ],
  },
  {
    name: 'kws',
    title: 'keywords',
    float: 'kws_dscnn_fp32_rebuilt.tflite',
    task: 'classify',
    set: 'kws_dev500',
    preprocess: mfcc,
    golden: 'kws_dscnn_fp32_rebuilt__kws_dev500_first16.f32',
    accuracy: 456 / 500,
    // Another checkpoint than the float file: only the accuracy can be compared.
    official: [
      { file: 'kws_ref_int8.tflite', kind: 'int8', ends: 'int8', accuracy: 449 / 500 },
      { file: 'kws_ref_dynamic.tflite', kind: 'dynamic-int8', accuracy: 449 / 500 },
    ],
  },
  {
    name: 'ad01',
    title: 'ad01',
    float: 'ad01_fp32.tflite',
    task: 'anomaly',
    set: 'ad01_windows128',
    preprocess: byte,
    // The published AUC is over 248 recordings; the sample has 128 windows of 32 of them.
    official: [
      { file: 'ad01_int8.tflite', kind: 'int8', ends: 'int8', sameWeights: true },
      { file: 'ad01_dynamic.tflite', kind: 'dynamic-int8', sameWeights: true },
    ],
  },
  {
    name: 'conv_fc_mnist',
    title: 'MNIST',
    float: 'conv_fc_mnist_fp32.tflite',
    task: 'classify',
    set: 'mnist_dev1000',
    preprocess: unit,
    golden: 'conv_fc_mnist_fp32__mnist_dev1000_first16.f32',
    accuracy: 960 / 1000,
    official: [],
  },
  {
    name: 'mobilenet_v1_0.25',
    title: 'MobileNet V1 0.25',
    float: 'mobilenet_v1_0.25_224_fp32.tflite',
    task: 'classify',
    set: 'imagenet_cc_dev400',
    preprocess: symmetric,
    golden: 'mobilenet_v1_0.25_224_fp32__imagenet_cc_dev400_first8.f32',
    goldenInputs: 'imagenet_cc_dev400_first8.u8.gz',
    accuracy: 233 / 400,
    official: [
      // Trained with quantization in TensorFlow 1, asymmetric weights: another network than the float one.
      {
        file: 'mobilenet_v1_0.25_224_uint8_qat.tflite',
        kind: 'uint8',
        ends: 'uint8',
        accuracy: 216 / 400,
      },
    ],
  },
  {
    name: 'mobilenet_v2_1.0',
    title: 'MobileNet V2',
    float: 'mobilenet_v2_1.0_224_fp32_from_qat.tflite',
    task: 'classify',
    set: 'imagenet_cc_dev400',
    preprocess: symmetric,
    golden: 'mobilenet_v2_1.0_224_fp32_from_qat__imagenet_cc_dev400_first8.f32',
    goldenInputs: 'imagenet_cc_dev400_first8.u8.gz',
    accuracy: 332 / 400,
    official: [],
  },
  {
    name: 'blazeface',
    float: 'blazeface_front_128_fp32.tflite',
    task: 'boxes',
    set: 'imagenet_cc_dev400',
    pixels: [128, 128],
    preprocess: symmetric,
    // Its outputs come in the other order.
    official: [{ file: 'blazeface_front_128_int8.tflite', kind: 'int8' }],
  },
  {
    name: 'meet_seg',
    float: 'meet_seg_144x256_fp32.tflite',
    task: 'mask',
    set: 'imagenet_cc_dev400',
    pixels: [144, 256],
    preprocess: unit,
    // Of many narrow layers: weights, biases and their scales alone are 28.6 %, the graph of 250 tensors 4.4 %. Google's
    // file is 40 % of the float one's size.
    staticShare: 0.34,
    official: [
      // The float file's weights are halves.
      { file: 'meet_seg_144x256_fp16.tflite', kind: 'fp16', sameMask: 1 },
      { file: 'meet_seg_144x256_dynamic.tflite', kind: 'dynamic-int8', sameMask: 0.95 },
      // On these photos of anything, few of which show a person; LiteRT.js gives 93 %.
      { file: 'meet_seg_144x256_int8.tflite', kind: 'int8', sameMask: 0.92 },
    ],
  },
];
