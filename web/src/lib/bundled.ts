// The bundled model and frames (examples/glyphs). The frames are part of the script, as data URLs.

import modelUrl from '../../../examples/glyphs/glyphs.tflite?url';
import labelsText from '../../../examples/glyphs/labels.txt?raw';

const calibration = import.meta.glob<string>('../../../examples/glyphs/calibration/*.jpg', {
  eager: true,
  query: '?inline',
  import: 'default',
});
const judged = import.meta.glob<string>('../../../examples/glyphs/test/?_00??.jpg', {
  eager: true,
  query: '?inline',
  import: 'default',
});

export const BUNDLED_NAME = 'glyphs.tflite';
export const bundledLabels: string[] = labelsText.trim().split('\n');

let model: Promise<Uint8Array> | undefined;

/** Fetched once, when the page loads. */
export function bundledModel(): Promise<Uint8Array> {
  model ??= fetch(modelUrl).then(async (response) => {
    if (!response.ok) throw new Error(`The bundled model cannot be loaded (${response.status}).`);
    return new Uint8Array(await response.arrayBuffer());
  });
  return model;
}

/** A picture file, and what it shows where that is known. */
export interface Picture {
  name: string;
  file: Blob;
  label?: string;
}

const toPictures = (urls: Record<string, string>): Picture[] =>
  Object.entries(urls).map(([path, url]) => {
    const name = path.slice(path.lastIndexOf('/') + 1);
    return { name, file: blobOf(url), label: name.slice(0, 1) };
  });

/** The 64 frames to calibrate with. */
export const bundledFrames = (): Picture[] => toPictures(calibration);
/** 100 more, which are not among them. */
export const bundledTestFrames = (): Picture[] => toPictures(judged);

/** Not by fetch(), which the page's policy would have to allow for data URLs. */
function blobOf(url: string): Blob {
  const binary = atob(url.slice(url.indexOf(',') + 1));
  return new Blob([Uint8Array.from(binary, (letter) => letter.charCodeAt(0))], {
    type: 'image/jpeg',
  });
}
