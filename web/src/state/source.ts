// The source of frames that is in use.

import { signal } from '@preact/signals';
import { bundledFrames } from '../lib/bundled.ts';
import type { SourceKind } from '../lib/kinds.ts';
import { type FrameSource, openCamera, openPictures, openVideo } from '../lib/sources.ts';
import { texts } from '../texts/index.ts';

export const sourceKind = signal<SourceKind>('bundled');
export const source = signal<FrameSource | undefined>(undefined);
export const sourceStatus = signal<'idle' | 'opening'>('idle');
export const sourceError = signal<string | undefined>(undefined);
export const mirrored = signal(true);
export const cameras = signal<{ id: string; label: string }[]>([]);
export const cameraId = signal<string | undefined>(undefined);

let turn = 0;

/** Opens a source in place of the one before, which is closed; of several that are opening the last one counts. */
async function replace(kind: SourceKind, open: () => Promise<FrameSource>): Promise<void> {
  const mine = ++turn;
  source.value?.close();
  source.value = undefined;
  sourceKind.value = kind;
  sourceError.value = undefined;
  sourceStatus.value = 'opening';
  try {
    const opened = await open();
    if (mine === turn) source.value = opened;
    else opened.close();
  } catch (error) {
    if (mine === turn) sourceError.value = explain(error);
  } finally {
    if (mine === turn) sourceStatus.value = 'idle';
  }
}

/** Shows a source that still needs files: what was there is closed. */
export function choose(kind: SourceKind): void {
  ++turn;
  source.value?.close();
  source.value = undefined;
  sourceKind.value = kind;
  sourceError.value = undefined;
  sourceStatus.value = 'idle';
}

export const showBundled = (): Promise<void> =>
  replace('bundled', async () => openPictures(await bundledFrames()));

export async function showCamera(id?: string): Promise<void> {
  cameraId.value = id;
  await replace('camera', () => openCamera(id));
  // Names of cameras are told only after permission was given.
  const devices = (await navigator.mediaDevices?.enumerateDevices().catch(() => [])) ?? [];
  cameras.value = devices
    .filter(({ kind, deviceId }) => kind === 'videoinput' && deviceId)
    .map(({ deviceId, label }, i) => ({ id: deviceId, label: label || `Camera ${i + 1}` }));
}

export const showVideo = (file: File): Promise<void> => replace('video', () => openVideo(file));

export const showImages = (files: readonly File[]): Promise<void> =>
  replace('images', () => openPictures(files.map((file) => ({ name: file.name, file }))));

function explain(error: unknown): string {
  const { name } = error as DOMException;
  if (name === 'NotAllowedError' || name === 'SecurityError') return texts.source.refused;
  if (name === 'NotFoundError' || name === 'OverconstrainedError') return texts.source.noCamera;
  if (name === 'NotReadableError' || name === 'AbortError') return texts.source.busy;
  return error instanceof Error ? error.message : String(error);
}
