// The live comparison: one frame through both versions, with their outputs side by side.

import { useEffect, useRef } from 'preact/hooks';
import * as format from '../lib/format.ts';
import { verdictOf } from '../lib/scores.ts';
import { type LiveSide, liveStatus, liveView } from '../state/live.ts';
import { labels, usable } from '../state/model.ts';
import { mirrored, sourceKind } from '../state/source.ts';
import { chosen } from '../state/versions.ts';
import { texts } from '../texts/index.ts';
import { Stat } from './notes.tsx';
import { Picture } from './picture.tsx';
import { Verdict } from './verdict.tsx';

const words = texts.compare;

/** Both versions on the same picture, side by side. */
export function Live() {
  const view = liveView.value;
  const target = usable.value;
  const version = chosen.value;
  if (!view || !target || !version) return null;
  const isMirrored = sourceKind.value === 'camera' && mirrored.value;
  return (
    <div
      class="live"
      data-testid="live"
      data-running={liveStatus.value === 'running'}
      data-frames={view.frames}
    >
      <div class={`live-picture ${isMirrored ? 'mirrored' : ''}`}>
        <Picture picture={view.picture} size={view.picture.width} />
      </div>
      <LivePanel
        name={texts.versions.reference}
        kind="reference"
        side={view.reference}
        sizeBytes={target.file.size}
        isProbability={view.areProbabilities}
      />
      <LivePanel
        name={texts.versions[version.id]}
        kind={version.id}
        side={view.candidate}
        sizeBytes={version.file.size}
        isProbability={view.areProbabilities}
        against={view.reference}
      />
      <div class="live-summary">
        <Verdict verdict={verdictOf(view.meanShift)} />
        <dl class="stats small">
          <Stat name={words.shift}>{format.points(view.meanShift)}</Stat>
          <Stat name={words.rate}>
            {view.framesPerSecond === undefined ? '–' : view.framesPerSecond.toFixed(0)}
          </Stat>
        </dl>
      </div>
    </div>
  );
}

interface PanelProps {
  name: string;
  kind: string;
  side: LiveSide;
  sizeBytes: number;
  isProbability: boolean;
  against?: LiveSide;
}

function LivePanel({ name, kind, side, sizeBytes, isProbability, against }: PanelProps) {
  return (
    <section class={`panel ${kind}`} aria-label={name}>
      <h3>{name}</h3>
      <dl class="stats small">
        <Stat name={words.latency}>
          {format.milliseconds(side.medianMs)}
          <Faster now={side.medianMs} before={against?.medianMs} />
        </Stat>
        <Stat name={words.size}>{format.bytes(sizeBytes)}</Stat>
        <Stat name={words.memory}>{format.bytes(side.memoryBytes)}</Stat>
      </dl>
      {side.map ? (
        <MapView name={name} picture={side.map} />
      ) : (
        <TopFive side={side} isProbability={isProbability} />
      )}
    </section>
  );
}

function MapView({ name, picture }: { name: string; picture: ImageData }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => canvas.current?.getContext('2d')?.putImageData(picture, 0, 0), [picture]);
  const { width, height } = picture;
  return (
    <canvas
      class="map"
      ref={canvas}
      {...{ width, height }}
      role="img"
      aria-label={`${words.map} ${name}`}
    />
  );
}

function Faster({ now, before }: { now: number | undefined; before: number | undefined }) {
  if (now === undefined || before === undefined || !(now > 0)) return null;
  const times = before / now;
  return times >= 1.05 ? <span class="good"> {times.toFixed(1)}×</span> : null;
}

function TopFive({ side, isProbability }: { side: LiveSide; isProbability: boolean }) {
  const largest = Math.max(...side.scores.map(({ value }) => Math.abs(value)), 1e-9);
  return (
    <ol class="top-five" aria-label={words.top}>
      {side.scores.map(({ index, value }, place) => (
        <li key={place}>
          <span class="class-name">{labels.value[index] ?? index}</span>
          <svg class="score" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
            <rect class="track" width={100} height={10} rx={2} />
            <rect
              class="fill"
              width={Math.max(0, 100 * (isProbability ? value : value / largest))}
              height={10}
              rx={2}
            />
          </svg>
          <span class="score-text">
            {isProbability ? format.percent(value) : format.decimal(value)}
          </span>
        </li>
      ))}
    </ol>
  );
}
