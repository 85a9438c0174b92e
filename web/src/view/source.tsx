// The step that chooses where frames come from, with a preview of the source.

import { useEffect, useRef } from 'preact/hooks';
import type { SourceKind } from '../lib/kinds.ts';
import {
  cameraId,
  cameras,
  choose,
  mirrored,
  showBundled,
  showCamera,
  showImages,
  showVideo,
  source,
  sourceError,
  sourceKind,
  sourceStatus,
} from '../state/source.ts';
import { texts } from '../texts/index.ts';
import { Button, FileButton, Segmented, Select } from './controls.tsx';
import { Empty, Notice } from './notes.tsx';
import { Section } from './section.tsx';

const words = texts.source;
const KINDS: SourceKind[] = ['bundled', 'camera', 'video', 'images'];

function pick(kind: SourceKind): void {
  if (kind === 'bundled') void showBundled();
  else if (kind === 'camera') void showCamera();
  else choose(kind);
}

export function SourceStep() {
  const kind = sourceKind.value;
  const error = sourceError.value;
  return (
    <Section id="source" lead={words.lead}>
      <Segmented
        label={words.label}
        value={kind}
        options={KINDS.map((value) => ({ value, name: words.kinds[value].name }))}
        onChange={pick}
      />
      <div class="source">
        <Preview />
        <div class="source-controls">
          <p>{words.kinds[kind].hint}</p>
          <Controls kind={kind} />
          {error && (
            <Notice kind="error">
              {error}
              {kind === 'camera' && (
                <p>
                  <Button onClick={() => void showCamera(cameraId.value)}>{words.retry}</Button>
                </p>
              )}
            </Notice>
          )}
        </div>
      </div>
    </Section>
  );
}

function Controls({ kind }: { kind: SourceKind }) {
  if (kind === 'video')
    return (
      <FileButton
        label={words.chooseVideo}
        accept="video/*"
        id="video-file"
        onFiles={([file]) => file && void showVideo(file)}
      />
    );
  if (kind === 'images')
    return (
      <div class="row">
        <FileButton
          label={words.chooseImages}
          accept="image/*"
          multiple
          id="image-files"
          onFiles={(files) => void showImages(files)}
        />
        <FileButton label={words.chooseFolder} folder onFiles={(files) => void showImages(files)} />
      </div>
    );
  if (kind !== 'camera' || sourceError.value) return null;
  return (
    <>
      <Select
        name={words.device}
        value={cameraId.value ?? ''}
        options={[
          ['', words.defaultDevice],
          ...cameras.value.map(({ id, label }) => [id, label] as const),
        ]}
        onChange={(id) => void showCamera(id || undefined)}
      />
      <label class="check">
        <input
          type="checkbox"
          checked={mirrored.value}
          onChange={({ currentTarget }) => {
            mirrored.value = currentTarget.checked;
          }}
        />
        {words.mirror}
      </label>
    </>
  );
}

/** The source's own video or canvas, put into the page. */
export function Preview() {
  const holder = useRef<HTMLDivElement>(null);
  const view = source.value?.view;
  useEffect(() => {
    if (!view) return;
    view.setAttribute('aria-label', words.preview);
    if (view instanceof HTMLCanvasElement) view.setAttribute('role', 'img');
    holder.current?.append(view);
    return () => view.remove();
  }, [view]);
  const isMirrored = sourceKind.value === 'camera' && mirrored.value;
  return (
    <div
      class={`preview ${isMirrored ? 'mirrored' : ''}`}
      ref={holder}
      data-ready={view !== undefined}
    >
      {!view && <Empty>{sourceStatus.value === 'opening' ? words.opening : words.empty}</Empty>}
    </div>
  );
}
