// The page as a whole: its head, its steps one below the other, and what is dropped on it.

import { useComputed, useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { isCalibrated } from './state/calibration.ts';
import { engine, startEngine } from './state/engine.ts';
import { judged } from './state/judge.ts';
import { model, openFile } from './state/model.ts';
import { showImages, showVideo, source } from './state/source.ts';
import { theme, toggleTheme } from './state/theme.ts';
import { made } from './state/versions.ts';
import { texts } from './texts/index.ts';
import { CalibrateStep } from './view/calibrate.tsx';
import { CompareStep } from './view/compare.tsx';
import { Button } from './view/controls.tsx';
import { DownloadStep } from './view/downloads.tsx';
import { ModelStep } from './view/model.tsx';
import { Notice } from './view/notes.tsx';
import { QuantizeStep } from './view/quantize.tsx';
import { STEPS, type StepId } from './view/section.tsx';
import { SourceStep } from './view/source.tsx';

export function App() {
  const isOver = useDrop();
  return (
    <>
      <a class="skip" href="#model">
        {texts.skip}
      </a>
      <Header />
      <div class="layout">
        <Steps />
        <main>
          {engine.value.kind === 'failed' && (
            <Notice kind="error" title={texts.engine.failed}>
              <p>{engine.value.reason}</p>
              <Button onClick={() => void startEngine()}>{texts.engine.reload}</Button>
            </Notice>
          )}
          <ModelStep />
          <SourceStep />
          <CalibrateStep />
          <QuantizeStep />
          <CompareStep />
          <DownloadStep />
          <footer class="muted">
            <span>{texts.footer.source}</span>
            <span>{texts.footer.offline}</span>
          </footer>
        </main>
      </div>
      {isOver.value && <div class="drop-veil" aria-hidden="true" />}
    </>
  );
}

const Header = () => (
  <header class="top">
    <div class="brand">
      <img src="./icon.svg" width={40} height={40} alt="" />
      <div>
        <h1>{texts.title}</h1>
        <p>{texts.tagline}</p>
      </div>
    </div>
    <div class="top-right">
      <span class="privacy" title={texts.privacyHint}>
        <svg viewBox="0 0 16 16" width={16} height={16} aria-hidden="true">
          <path d="M4.5 7V5a3.5 3.5 0 0 1 7 0v2M3.5 7h9v7h-9z" />
        </svg>
        {texts.privacy}
      </span>
      <button
        type="button"
        class="button quiet icon"
        onClick={toggleTheme}
        aria-label={theme.value === 'dark' ? texts.theme.light : texts.theme.dark}
      >
        {theme.value === 'dark' ? '☀' : '☾'}
      </button>
    </div>
  </header>
);

function Steps() {
  const done = useComputed<Record<StepId, boolean>>(() => ({
    model: model.value !== undefined && !model.value.obstacle,
    source: source.value !== undefined,
    calibrate: isCalibrated.value,
    quantize: made.value.length > 0,
    compare: judged.value.size > 1,
    take: false,
  }));
  return (
    <nav class="steps" aria-label={texts.stepsLabel}>
      <ol>
        {STEPS.map((id, i) => (
          <li key={id} class={done.value[id] ? 'is-done' : undefined}>
            <a href={`#${id}`}>
              <span class="dot" aria-hidden="true">
                {done.value[id] ? '✓' : i + 1}
              </span>
              {texts.steps[id]}
            </a>
          </li>
        ))}
      </ol>
    </nav>
  );
}

/** A model may be dropped anywhere on the page. */
function useDrop() {
  const isOver = useSignal(false);
  useEffect(() => {
    const stop = new AbortController();
    const listen = <Type extends keyof DocumentEventMap>(
      type: Type,
      act: (event: DocumentEventMap[Type]) => void,
    ): void => document.addEventListener(type, act, { signal: stop.signal });
    listen('dragover', (event) => {
      event.preventDefault();
      isOver.value = true;
    });
    listen('dragleave', (event) => {
      if (!event.relatedTarget) isOver.value = false;
    });
    listen('drop', (event) => {
      event.preventDefault();
      isOver.value = false;
      void accept([...(event.dataTransfer?.files ?? [])]);
    });
    return () => stop.abort();
  }, [isOver]);
  return isOver;
}

async function accept(files: File[]): Promise<void> {
  const images = files.filter(({ type }) => type.startsWith('image/'));
  const [first] = files;
  if (images.length > 0) await showImages(images);
  else if (first?.type.startsWith('video/')) await showVideo(first);
  else if (first) await openFile(first);
}
