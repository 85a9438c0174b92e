// The step that opens a model and shows what it holds.

import { useSignal } from '@preact/signals';
import type { ModelInfo, TensorInfo } from 'webquant';
import { BUNDLED_NAME } from '../lib/bundled.ts';
import * as format from '../lib/format.ts';
import { engine } from '../state/engine.ts';
import {
  forget,
  keptNames,
  labels,
  type Model,
  model,
  modelError,
  modelStatus,
  openBundled,
  openFile,
  openKept,
  openLabels,
} from '../state/model.ts';
import { texts } from '../texts/index.ts';
import { Button, FileButton, Segmented } from './controls.tsx';
import { GraphView } from './graph.tsx';
import { Notice, Stat } from './notes.tsx';
import { OperatorTable } from './operators.tsx';
import { PreprocessingView } from './preprocessing.tsx';
import { Section } from './section.tsx';

export function ModelStep() {
  const current = model.value;
  const error = modelError.value;
  return (
    <Section id="model" lead={texts.model.lead}>
      <div class="row">
        <FileButton
          kind="primary"
          id="model-file"
          label={texts.model.choose}
          accept=".tflite"
          onFiles={([file]) => file && void openFile(file)}
        />
        {current && current.name !== BUNDLED_NAME && (
          <Button onClick={() => void openBundled()}>{texts.model.bundled}</Button>
        )}
        <span class="muted hide-narrow">{texts.model.drop}</span>
      </div>
      <Kept />
      {error && (
        <Notice kind="error" title={texts.model.failed(error.file)}>
          {error.reason}
          {current && <p class="muted">{texts.model.keptBefore}</p>}
        </Notice>
      )}
      {modelStatus.value === 'loading' && engine.value.kind !== 'failed' && (
        <p class="busy" role="status">
          {engine.value.kind === 'loading' ? texts.engine.loading : texts.model.loading}
        </p>
      )}
      {current && <Facts model={current} />}
    </Section>
  );
}

function Kept() {
  if (keptNames.value.length === 0) return null;
  return (
    <div class="kept">
      <span class="muted">{texts.model.kept}</span>
      <ul class="chips">
        {keptNames.value.map((name) => (
          <li key={name}>
            <button type="button" class="chip" onClick={() => void openKept(name)}>
              {name}
            </button>
            <button
              type="button"
              class="chip-remove"
              aria-label={texts.model.forget(name)}
              onClick={() => void forget(name)}
            >
              ×
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}

function Facts({ model: { name, info, obstacle, input } }: { model: Model }) {
  const view = useSignal<'graph' | 'table'>('graph');
  return (
    <>
      <div class="model-name">
        <h3 data-testid="model-name">{name}</h3>
        {info.description && <span class="muted">{info.description}</span>}
      </div>
      {obstacle && (
        <Notice kind="warning">
          {texts.model.obstacles[obstacle]}
          {obstacle === 'unsupported' && <Unsupported info={info} />}
        </Notice>
      )}
      <dl class="stats">
        <Stat name={texts.model.size}>{format.bytes(info.sizeBytes)}</Stat>
        <Stat name={texts.model.parameters}>{format.count(info.parameters)}</Stat>
        <Stat name={texts.model.macs}>{format.count(info.macs)}</Stat>
        <Stat name={texts.model.operators}>{info.ops.length}</Stat>
        <Stat name={texts.model.precision}>{info.precision}</Stat>
      </dl>
      <div class="split">
        <Tensors title={texts.model.inputs} tensors={info.inputs} />
        <Tensors title={texts.model.outputs} tensors={info.outputs} />
      </div>
      {input && !obstacle && <PreprocessingView />}
      {input && !obstacle && (
        <div class="row">
          <FileButton
            label={texts.model.labels}
            accept=".txt"
            id="labels-file"
            onFiles={([file]) => file && void openLabels(file)}
          />
          {labels.value.length > 0 && (
            <span class="muted">{format.plural(labels.value.length, 'class', 'classes')}</span>
          )}
        </div>
      )}
      <div class="row between">
        <h3>{texts.model.operators}</h3>
        <Segmented
          compact
          label={texts.model.view}
          value={view.value}
          options={[
            { value: 'graph', name: texts.model.graph },
            { value: 'table', name: texts.model.table },
          ]}
          onChange={(value) => {
            view.value = value;
          }}
        />
      </div>
      {view.value === 'graph' ? <GraphView info={info} /> : <OperatorTable info={info} />}
    </>
  );
}

/** How many operators are named; the table has all. */
const NAMED = 3;

function Unsupported({ info }: { info: ModelInfo }) {
  const found = info.ops.filter(({ supported }) => !supported);
  return (
    <ul>
      {found.slice(0, NAMED).map(({ index, type, name, reason }) => (
        <li key={index}>
          <code>{type}</code> {name}: {reason}
        </li>
      ))}
      {found.length > NAMED && <li>{texts.model.andMore(found.length - NAMED)}</li>}
    </ul>
  );
}

const Tensors = ({ title, tensors }: { title: string; tensors: readonly TensorInfo[] }) => (
  <div>
    <h3>{title}</h3>
    <ul class="tensors">
      {tensors.map(({ name, shape, dtype }) => (
        <li key={name}>
          <code>{name}</code>
          <span class="muted">
            {dtype} [{format.shape(shape)}]
          </span>
        </li>
      ))}
    </ul>
  </div>
);
