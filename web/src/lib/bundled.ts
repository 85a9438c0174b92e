// The bundled model and frames (examples/glyphs). Each is fetched once, when the page loads.

import { url as framesUrl, sets } from 'virtual:frames';
import modelUrl from '../../../examples/glyphs/glyphs.tflite?url';
import labelsText from '../../../examples/glyphs/labels.txt?raw';

export const BUNDLED_NAME = 'glyphs.tflite';
export const bundledLabels: string[] = labelsText.trim().split('\n');

/** A picture file, and what it shows where that is known. */
export interface Picture {
  name: string;
  file: Blob;
  label?: string;
}

export const bundledModel = once(() => fetchBlob(modelUrl));

const allFrames = once(async () => {
  const all = await fetchBlob(framesUrl);
  let start = 0;
  const cut = ([name, size]: readonly [string, number]): Picture => {
    const file = all.slice(start, start + size, 'image/jpeg');
    start += size;
    return { name, file, label: name.slice(0, 1) };
  };
  return { calibration: sets.calibration.map(cut), test: sets.test.map(cut) };
});

/** The 64 frames to calibrate with. */
export const bundledFrames = async (): Promise<Picture[]> => (await allFrames()).calibration;
/** 100 more, which are not among them. */
export const bundledTestFrames = async (): Promise<Picture[]> => (await allFrames()).test;

async function fetchBlob(url: string): Promise<Blob> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url} cannot be loaded (${response.status}).`);
  return response.blob();
}

function once<Result>(make: () => Promise<Result>): () => Promise<Result> {
  let made: Promise<Result> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
