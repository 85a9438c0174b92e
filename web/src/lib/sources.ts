// Where frames come from. Each source shows something in its `view` and gives pictures on demand.

import type { Picture } from './bundled.ts';

/** A picture and what is known of it; the one who asked closes the bitmap. */
export interface Grabbed {
  bitmap: ImageBitmap;
  label?: string;
}

export interface FrameSource {
  /** What the page shows: a playing video, or a canvas with the current picture. */
  readonly view: HTMLVideoElement | HTMLCanvasElement;
  /** How many pictures there are; undefined for a stream. */
  readonly length: number | undefined;
  /** The picture of this moment. */
  current(): Promise<Grabbed>;
  /** The next picture that has not been given yet; for a stream that of this moment. */
  next(signal: AbortSignal): Promise<Grabbed>;
  close(): void;
}

function makeVideo(): HTMLVideoElement {
  const video = document.createElement('video');
  video.muted = true;
  video.playsInline = true;
  return video;
}

const nextFrame = (video: HTMLVideoElement, signal: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    video.requestVideoFrameCallback(() => {
      signal.removeEventListener('abort', abort);
      resolve();
    });
  });

class VideoSource implements FrameSource {
  readonly length = undefined;

  constructor(
    readonly view: HTMLVideoElement,
    private readonly release: () => void,
  ) {}

  async current(): Promise<Grabbed> {
    return { bitmap: await createImageBitmap(this.view) };
  }

  async next(signal: AbortSignal): Promise<Grabbed> {
    signal.throwIfAborted();
    if (this.view.paused) await this.view.play();
    await nextFrame(this.view, signal);
    return this.current();
  }

  close(): void {
    this.view.pause();
    this.view.srcObject = null;
    this.view.removeAttribute('src');
    this.release();
  }
}

/** Throws what getUserMedia throws: NotAllowedError, NotFoundError, NotReadableError. */
export async function openCamera(deviceId: string | undefined): Promise<FrameSource> {
  if (!navigator.mediaDevices) throw new DOMException('No camera here.', 'NotFoundError');
  const stream = await navigator.mediaDevices.getUserMedia({
    audio: false,
    video: deviceId ? { deviceId: { exact: deviceId } } : { facingMode: 'environment' },
  });
  const video = makeVideo();
  video.srcObject = stream;
  await video.play();
  return new VideoSource(video, () => {
    for (const track of stream.getTracks()) track.stop();
  });
}

export async function openVideo(file: Blob): Promise<FrameSource> {
  const url = URL.createObjectURL(file);
  const video = makeVideo();
  video.loop = true;
  video.src = url;
  try {
    await video.play();
  } catch {
    URL.revokeObjectURL(url);
    throw new Error('This browser cannot play that video.');
  }
  return new VideoSource(video, () => URL.revokeObjectURL(url));
}

/** How long each picture is shown, in milliseconds. */
const SHOWN_MS = 900;

class PictureSource implements FrameSource {
  readonly view = document.createElement('canvas');
  readonly length: number;
  #shown = 0;
  #given = -1;
  #turnedAt = 0;
  #decoded: ImageBitmap | undefined;
  #decodedIndex = -1;

  constructor(private readonly pictures: readonly Picture[]) {
    this.length = pictures.length;
  }

  async current(): Promise<Grabbed> {
    const now = performance.now();
    if (now - this.#turnedAt > SHOWN_MS) {
      if (this.#turnedAt > 0) this.#shown = (this.#shown + 1) % this.length;
      this.#turnedAt = now;
    }
    return this.#give(this.#shown);
  }

  next(signal: AbortSignal): Promise<Grabbed> {
    signal.throwIfAborted();
    this.#given = (this.#given + 1) % this.length;
    this.#shown = this.#given;
    this.#turnedAt = performance.now();
    return this.#give(this.#given);
  }

  close(): void {
    this.#decoded?.close();
    this.#decoded = undefined;
  }

  async #give(index: number): Promise<Grabbed> {
    const { file, label } = this.pictures[index] as Picture;
    if (this.#decodedIndex !== index || !this.#decoded) {
      const decoded = await createImageBitmap(file);
      this.#decoded?.close();
      this.#decoded = decoded;
      this.#decodedIndex = index;
      this.view.width = decoded.width;
      this.view.height = decoded.height;
      this.view.getContext('2d')?.drawImage(decoded, 0, 0);
    }
    const bitmap = await createImageBitmap(this.#decoded);
    return label === undefined ? { bitmap } : { bitmap, label };
  }
}

/** Files that cannot be decoded are left out; without any that can, it throws. */
export async function openPictures(pictures: readonly Picture[]): Promise<FrameSource> {
  const readable: Picture[] = [];
  for (const picture of pictures) {
    const bitmap = await createImageBitmap(picture.file).catch(() => undefined);
    if (bitmap) readable.push(picture);
    bitmap?.close();
  }
  if (readable.length === 0) throw new Error('None of these files is a picture that can be read.');
  const source = new PictureSource(readable);
  (await source.current()).bitmap.close();
  return source;
}
