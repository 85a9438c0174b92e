// The step that takes frames and calibrates on them, with the ranges that it found.

import { computed } from '@preact/signals';
import type { CalibrationMethod } from 'webquant';
import * as format from '../lib/format.ts';
import {
  cancel,
  chooseMethod,
  isCalibrated,
  reset,
  settings,
  start,
  stats,
  status,
} from '../state/calibration.ts';
import { isReady } from '../state/engine.ts';
import { frames } from '../state/frames.ts';
import { usable } from '../state/model.ts';
import { source } from '../state/source.ts';
import { texts } from '../texts/index.ts';
import { Button, NumberField, Select } from './controls.tsx';
import { Empty, Notice, Progress } from './notes.tsx';
import { Ranges } from './ranges.tsx';
import { Section } from './section.tsx';
import { Strip } from './strip.tsx';

const words = texts.calibrate;
// Versions are made from the statistics alone here, of which `auto` would choose as `mse` does.
const METHODS = (Object.keys(words.methods) as CalibrationMethod[]).filter(
  (method) => method !== 'auto',
);

const isRunning = computed(() => status.value.kind === 'running');

// What changes often is a component of its own, so that what lies beside it is not gone through each time.
export const CalibrateStep = () => (
  <Section id="calibrate" lead={words.lead}>
    <Settings />
    <Controls />
    <State />
    <Strip />
    <Ranges />
  </Section>
);

function Settings() {
  const { frames: wanted, intervalMs, method } = settings.value;
  return (
    <div class="fields">
      <NumberField
        name={words.frames}
        value={wanted}
        min={1}
        max={1000}
        disabled={isRunning.value}
        onChange={(value) => {
          settings.value = { ...settings.value, frames: Math.round(value) };
        }}
      />
      {source.value?.length === undefined && (
        <NumberField
          name={words.interval}
          value={intervalMs}
          min={0}
          max={10_000}
          step={10}
          disabled={isRunning.value}
          onChange={(value) => {
            settings.value = { ...settings.value, intervalMs: value };
          }}
        />
      )}
      <Select
        name={words.method}
        hint={words.methods[method].hint}
        value={method}
        disabled={isRunning.value}
        options={METHODS.map((value) => [value, words.methods[value].name] as const)}
        onChange={(value) => void chooseMethod(value)}
      />
    </div>
  );
}

function Controls() {
  const count = frames.value.length;
  const action =
    count === 0 ? words.start : count < settings.value.frames ? words.more : words.again;
  return (
    <div class="row">
      {isRunning.value ? (
        <Button id="cancel-calibration" onClick={cancel}>
          {texts.cancel}
        </Button>
      ) : (
        <Button
          kind={count === 0 ? 'primary' : 'plain'}
          id="calibrate-start"
          disabled={!isReady.value || !usable.value || !source.value}
          onClick={() => void start()}
        >
          {action}
        </Button>
      )}
      {!isRunning.value && count > 0 && (
        <Button kind="quiet" onClick={reset}>
          {words.clear}
        </Button>
      )}
      {!source.value && <span class="muted">{words.needsSource}</span>}
    </div>
  );
}

function State() {
  const now = status.value;
  return (
    <>
      <div role="status">
        {now.kind === 'running' && (
          <Progress
            done={now.done}
            total={now.total}
            label={words.progress(now.done, now.total)}
            detail={now.msLeft === undefined ? undefined : words.left(format.seconds(now.msLeft))}
          />
        )}
        {isCalibrated.value && (
          <p class="done" data-testid="calibrated">
            {words.done(stats.value?.samples ?? 0)}
          </p>
        )}
      </div>
      {now.kind === 'failed' && (
        <Notice kind="error" title={words.failed}>
          {now.reason}
        </Notice>
      )}
      {frames.value.length === 0 && <Empty>{words.empty}</Empty>}
    </>
  );
}
