// The step that makes versions: a card for each mode, one that searches for a target, and the options.

import type { OpDecision, QuantAttempt, QuantMode, QuantReport } from 'webquant';
import * as format from '../lib/format.ts';
import { isCalibrated } from '../state/calibration.ts';
import { isReady } from '../state/engine.ts';
import { usable } from '../state/model.ts';
import {
  type Choices,
  cancelSearching,
  choices,
  made,
  make,
  makeAuto,
  makeError,
  making,
  searching,
  targetPercent,
} from '../state/versions.ts';
import { texts } from '../texts/index.ts';
import { Button, Field, NumberField, Select } from './controls.tsx';
import { Notice, Progress } from './notes.tsx';
import { Section } from './section.tsx';

const words = texts.quantize;
const MODES: QuantMode[] = ['fp16', 'dynamic-int8', 'static-int8'];

export function QuantizeStep() {
  const warnings = [...new Set(made.value.flatMap(({ report }) => report?.warnings ?? []))];
  return (
    <Section id="quantize" lead={words.lead}>
      <div class="cards">
        {MODES.map((mode) => (
          <ModeCard key={mode} mode={mode} />
        ))}
        <AutoCard />
      </div>
      {makeError.value && (
        <Notice kind="error" title={words.failed}>
          {makeError.value}
        </Notice>
      )}
      {warnings.length > 0 && (
        <Notice kind="warning" title={words.warnings}>
          <Warnings list={warnings.slice(0, SHOWN)} />
          {warnings.length > SHOWN && (
            <details>
              <summary>{texts.model.andMore(warnings.length - SHOWN)}</summary>
              <Warnings list={warnings.slice(SHOWN)} />
            </details>
          )}
        </Notice>
      )}
      <Options />
    </Section>
  );
}

/** How many warnings are shown at once. */
const SHOWN = 3;

const Warnings = ({ list }: { list: readonly string[] }) => (
  <ul>
    {list.map((warning) => (
      <li key={warning}>{warning}</li>
    ))}
  </ul>
);

function ModeCard({ mode }: { mode: QuantMode }) {
  const version = made.value.find(({ id }) => id === mode);
  const { gain, text } = words.cards[mode];
  const lacksStats = mode === 'static-int8' && !isCalibrated.value;
  const isMaking = making.value === mode;
  return (
    <article class={`card mode ${mode} ${version ? 'made' : ''}`} aria-labelledby={`card-${mode}`}>
      <p class="gain">{gain}</p>
      <h3 id={`card-${mode}`}>{texts.versions[mode]}</h3>
      <p class="muted">{text}</p>
      <div class="card-result" role="status">
        {version?.report && <Result {...version.report} />}
      </div>
      <Button
        kind={version ? 'plain' : 'primary'}
        id={`make-${mode}`}
        disabled={!isReady.value || !usable.value || lacksStats || making.value !== undefined}
        onClick={() => void make(mode)}
      >
        {isMaking
          ? words.making
          : lacksStats
            ? words.needsStats
            : version
              ? words.again
              : words.make}
        <span class="visually-hidden">: {texts.versions[mode]}</span>
      </Button>
    </article>
  );
}

/** Looks for the version that meets a target. */
function AutoCard() {
  const version = made.value.find(({ id }) => id === 'auto');
  const now = searching.value;
  return (
    <article class={`card mode auto ${version ? 'made' : ''}`} aria-labelledby="card-auto">
      <p class="gain">{words.auto.gain}</p>
      <h3 id="card-auto">{texts.versions.auto}</h3>
      <p class="muted">{words.auto.text}</p>
      <NumberField
        name={words.target}
        value={targetPercent.value}
        min={0}
        max={100}
        step={0.1}
        disabled={making.value === 'auto'}
        onChange={(value) => {
          targetPercent.value = value;
        }}
      />
      <div class="card-result" role="status">
        {now && <Progress {...now} label={words.searching[now.label] ?? now.label} />}
        {version?.report && <Result {...version.report} />}
        {version?.search && <Tried {...version.search} mode={version.report?.mode} />}
      </div>
      {making.value === 'auto' ? (
        <Button onClick={cancelSearching}>{texts.cancel}</Button>
      ) : (
        <Button
          kind={version ? 'plain' : 'primary'}
          id="make-auto"
          disabled={!isReady.value || !isCalibrated.value || making.value !== undefined}
          onClick={() => void makeAuto()}
        >
          {!isCalibrated.value ? words.needsStats : version ? words.findAgain : words.find}
          <span class="visually-hidden">: {texts.versions.auto}</span>
        </Button>
      )}
    </article>
  );
}

interface TriedProps {
  tried: QuantAttempt[];
  mode: QuantMode | undefined;
}

function Tried({ tried, mode }: TriedProps) {
  return (
    <p class="muted">
      {mode && texts.versions[mode]}, {words.tried(tried.length)}.
      {!tried.some(({ meetsTarget }) => meetsTarget) && ` ${words.missed}`}
    </p>
  );
}

function Result({ mode, sizeBytes, ops }: QuantReport) {
  // Only there it says something: without weights other modes have nothing to change.
  const inFloat = mode === 'static-int8' ? ops.filter(isFloat).length : 0;
  return (
    <>
      <p class="size">
        <strong>{format.bytes(sizeBytes.after)}</strong>{' '}
        <span class="good">
          {words.smaller(format.percent(1 - sizeBytes.after / sizeBytes.before, 0))}
        </span>
      </p>
      <div class="size-bar" aria-hidden="true">
        <svg viewBox="0 0 100 6" preserveAspectRatio="none">
          <rect class="whole" width={100} height={6} rx={3} />
          <rect class="part" width={(100 * sizeBytes.after) / sizeBytes.before} height={6} rx={3} />
        </svg>
      </div>
      {inFloat > 0 && <p class="muted">{words.kept(inFloat, ops.length)}</p>}
    </>
  );
}

const isFloat = ({ decision }: OpDecision): boolean => decision === 'float32';

function Options() {
  const now = choices.value;
  const set = <Key extends keyof Choices>(key: Key, value: Choices[Key]): void => {
    choices.value = { ...now, [key]: value };
  };
  const { io, granularity, activations, minElements, equalize, exclude } = words.options;
  return (
    <details class="fold" id="options">
      <summary>{words.more}</summary>
      <div class="fields wide-fields">
        <Select
          {...io}
          value={now.io}
          options={[
            ['float32', 'float32'],
            ['int8', 'int8'],
            ['uint8', 'uint8'],
          ]}
          onChange={(value) => set('io', value)}
        />
        <Select
          {...granularity}
          value={now.granularity}
          options={[
            ['per-channel', 'per channel'],
            ['per-tensor', 'per tensor'],
          ]}
          onChange={(value) => set('granularity', value)}
        />
        <Select
          {...activations}
          value={now.activations}
          options={[
            ['asymmetric', 'asymmetric'],
            ['symmetric', 'symmetric'],
          ]}
          onChange={(value) => set('activations', value)}
        />
        <NumberField
          {...minElements}
          value={now.minElements}
          min={0}
          max={1_000_000}
          onChange={(value) => set('minElements', Math.round(value))}
        />
        <Select
          name={equalize.name}
          hint={equalize.hint}
          value={now.equalize ? 'on' : 'off'}
          options={[
            ['off', equalize.off],
            ['on', equalize.on],
          ]}
          onChange={(value) => set('equalize', value === 'on')}
        />
        <Field {...exclude}>
          {(id, hintId) => (
            <input
              id={id}
              type="text"
              aria-describedby={hintId}
              value={now.exclude}
              onChange={({ currentTarget }) => set('exclude', currentTarget.value)}
            />
          )}
        </Field>
      </div>
    </details>
  );
}
