// The last step: everything that was made here, as files to download, and the lines of code that do the same.

import { useSignal } from '@preact/signals';
import { download } from '../lib/download.ts';
import * as format from '../lib/format.ts';
import { toNpy } from '../lib/npy.ts';
import { stats } from '../state/calibration.ts';
import { frames } from '../state/frames.ts';
import { usable } from '../state/model.ts';
import { codeFor, makeReport } from '../state/report.ts';
import { made } from '../state/versions.ts';
import { texts } from '../texts/index.ts';
import { Button } from './controls.tsx';
import { Empty } from './notes.tsx';
import { toHtml } from './report.tsx';
import { Section } from './section.tsx';

const words = texts.take;

export function DownloadStep() {
  const target = usable.value;
  return (
    <Section id="take" lead={words.lead}>
      {!target || made.value.length === 0 ? (
        <Empty>{words.empty}</Empty>
      ) : (
        <>
          <Downloads
            base={target.name.replace(/\.tflite$/i, '')}
            shape={target.input.shape.slice(1)}
          />
          <Code />
        </>
      )}
    </Section>
  );
}

const json = (value: unknown): Blob =>
  new Blob([`${JSON.stringify(value, undefined, 2)}\n`], { type: 'application/json' });

function Downloads({ base, shape }: { base: string; shape: number[] }) {
  const report = (): NonNullable<ReturnType<typeof makeReport>> => {
    const found = makeReport();
    if (!found) throw new Error('There is no model.');
    return found;
  };
  return (
    <ul class="downloads">
      {made.value.map(({ id, file }) => (
        <Download
          key={id}
          kind={id}
          title={words.model(texts.versions[id])}
          hint={words.modelHint(format.bytes(file.size))}
          onClick={() => download(`${base}_${id}.tflite`, file)}
        />
      ))}
      {stats.value && (
        <Download
          kind="stats"
          title={words.stats}
          hint={words.statsHint}
          onClick={() => download(`${base}_stats.json`, json(stats.value))}
        />
      )}
      {frames.value.length > 0 && (
        <Download
          kind="samples"
          title={words.samples}
          hint={words.samplesHint}
          onClick={() =>
            download(
              `${base}_frames.npy`,
              toNpy(
                frames.value.map(({ tensor }) => tensor),
                shape,
              ),
            )
          }
        />
      )}
      <Download
        kind="report"
        title={words.report}
        hint={words.reportHint}
        onClick={() =>
          download(`${base}_report.html`, new Blob([toHtml(report())], { type: 'text/html' }))
        }
      />
      <Download
        kind="json"
        title={words.json}
        hint={words.jsonHint}
        onClick={() => download(`${base}_report.json`, json(report()))}
      />
    </ul>
  );
}

interface DownloadProps {
  kind: string;
  title: string;
  hint: string;
  onClick: () => void;
}

const Download = ({ kind, title, hint, onClick }: DownloadProps) => (
  <li>
    <button type="button" class="download" id={`download-${kind}`} onClick={onClick}>
      <span class="arrow" aria-hidden="true">
        ↓
      </span>
      <span>
        <strong>{title}</strong>
        <span class="muted">{hint}</span>
      </span>
    </button>
  </li>
);

function Code() {
  const copied = useSignal(false);
  const code = codeFor();
  if (!code) return null;
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(code);
    copied.value = true;
    setTimeout(() => {
      copied.value = false;
    }, 2000);
  };
  return (
    <div class="code">
      <div class="row between">
        <h3>{words.code}</h3>
        <Button id="copy-code" onClick={() => void copy()}>
          <span role="status">{copied.value ? words.copied : words.copy}</span>
        </Button>
      </div>
      <section class="scroll" tabIndex={0} aria-label={words.code}>
        <pre>
          <code>{code}</code>
        </pre>
      </section>
    </div>
  );
}
