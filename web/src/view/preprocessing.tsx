// What becomes of a frame before the model sees it, with a preview.

import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import * as format from '../lib/format.ts';
import { type Preprocessing, tensorPicture } from '../lib/preprocessing.ts';
import { toTensor } from '../state/frames.ts';
import { preprocessing, usable } from '../state/model.ts';
import { source } from '../state/source.ts';
import { texts } from '../texts/index.ts';
import { Field, Select } from './controls.tsx';

const words = texts.preprocess;

export function PreprocessingView() {
  const how = preprocessing.value;
  if (!how) return null;
  const change = (part: Partial<Preprocessing>): void => {
    preprocessing.value = { ...how, ...part, origin: 'user' };
  };
  const gray = usable.value?.input.shape[3] === 1;
  return (
    <details class="fold" open={how.origin !== 'metadata'}>
      <summary>
        {words.title}
        <span class="muted"> {how.origin === 'type' ? '' : words.from[how.origin]}</span>
      </summary>
      <div class="preprocess">
        <TensorPreview how={how} />
        <div class="fields">
          <Numbers name={words.mean} values={how.mean} onChange={(mean) => change({ mean })} />
          <Numbers
            name={words.std}
            values={how.std}
            isDivisor
            onChange={(std) => change({ std })}
          />
          {!gray && (
            <Select
              name={words.channels}
              value={how.channels}
              options={[
                ['rgb', words.channelNames.rgb],
                ['bgr', words.channelNames.bgr],
              ]}
              onChange={(channels) => change({ channels })}
            />
          )}
          <Select
            name={words.crop}
            value={how.crop}
            options={[
              ['center', words.cropNames.center],
              ['none', words.cropNames.none],
            ]}
            onChange={(crop) => change({ crop })}
          />
          <div class="wide muted">
            <p>
              <code>{words.formula}</code>
            </p>
            <p>
              {words.numbers} {words.clears}
            </p>
            <p>{words.from[how.origin]}</p>
          </div>
        </div>
      </div>
    </details>
  );
}

interface NumbersProps {
  name: string;
  values: number[];
  isDivisor?: boolean;
  onChange: (values: number[]) => void;
}

function Numbers({ name, values, isDivisor, onChange }: NumbersProps) {
  const wrong = useSignal(false);
  return (
    <Field name={name} hint={wrong.value ? words.wrong : undefined}>
      {(id, hintId) => (
        <input
          id={id}
          type="text"
          inputMode="decimal"
          aria-describedby={hintId}
          aria-invalid={wrong.value}
          value={values.map((value) => Number(value.toPrecision(6))).join(', ')}
          onChange={({ currentTarget }) => {
            const given = currentTarget.value
              .split(/[,;\s]+/)
              .filter(Boolean)
              .map(Number);
            wrong.value =
              ![1, 3].includes(given.length) ||
              !given.every((value) => Number.isFinite(value) && !(isDivisor && value === 0));
            if (!wrong.value) onChange(given);
          }}
        />
      )}
    </Field>
  );
}

/** The current picture of the source as the model gets it. */
function TensorPreview({ how }: { how: Preprocessing }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const range = useSignal('');
  const from = source.value;
  const target = usable.value;
  useEffect(() => {
    if (!from || !target) return;
    let wanted = true;
    (async () => {
      const tensor = await toTensor(await from.current());
      if (!wanted || !canvas.current) return;
      const picture = tensorPicture(tensor, target.input, how);
      canvas.current.width = picture.width;
      canvas.current.height = picture.height;
      canvas.current.getContext('2d')?.putImageData(picture, 0, 0);
      let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
      for (const value of tensor) {
        low = Math.min(low, value);
        high = Math.max(high, value);
      }
      range.value = words.range(format.decimal(low), format.decimal(high));
    })().catch(() => {});
    return () => {
      wanted = false;
    };
  }, [from, target, how, range]);
  return (
    <figure class="tensor-preview">
      <canvas ref={canvas} width={64} height={64} role="img" aria-label={words.preview} />
      <figcaption class="muted">
        {words.preview}
        <br />
        {range.value}
      </figcaption>
    </figure>
  );
}
