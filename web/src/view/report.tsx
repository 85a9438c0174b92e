// The report as one file, which needs nothing else to be read: the page's own tables and charts, and its style.

import { render } from 'preact';
import * as format from '../lib/format.ts';
import { stats } from '../state/calibration.ts';
import { judged } from '../state/judge.ts';
import { model } from '../state/model.ts';
import { codeFor, type Report } from '../state/report.ts';
import { made, versions } from '../state/versions.ts';
import { texts } from '../texts/index.ts';
import { RangeTable } from './ranges.tsx';
import { Layers, SummaryTable, Tradeoff } from './summary.tsx';

const words = texts.report;

export function toHtml(report: Report): string {
  const holder = document.createElement('div');
  render(<ReportPage report={report} />, holder);
  const head = document.createElement('head');
  render(
    <>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width" />
      <title>{words.title(report.model.name)}</title>
    </>,
    head,
  );
  const html = `<!doctype html><html lang="en"><head>${head.innerHTML}<style>${styles()}</style></head><body class="report">${holder.innerHTML}</body></html>`;
  render(null, holder);
  return html;
}

/** The page's own style sheets. Dark is what the reader's system says, not what was chosen here. */
function styles(): string {
  const rules = [...document.styleSheets].flatMap(({ cssRules }) => [...cssRules]);
  return rules
    .map(({ cssText }) =>
      cssText.startsWith(DARK)
        ? `@media (prefers-color-scheme: dark) { :root${cssText.slice(DARK.length)} }`
        : cssText,
    )
    .join('\n');
}

const DARK = ':root[data-theme="dark"]';

function ReportPage({ report }: { report: Report }) {
  const { calibration, judgedOn } = report;
  const rows = versions.value.map((version) => ({
    version,
    judgement: judged.value.get(version.id),
  }));
  const facts = [
    format.bytes(report.model.sizeBytes),
    words.parameters(format.count(report.model.parameters)),
    words.macs(format.count(report.model.macs)),
  ];
  if (calibration) {
    const { name } = texts.calibrate.methods[calibration.method];
    facts.push(words.calibrated(format.plural(calibration.frames, 'frame'), name));
  }
  if (judgedOn) facts.push(words.judged[judgedOn.set]);
  return (
    <main>
      <h1>{report.model.name}</h1>
      <p>{facts.join(', ')}</p>
      <h2>{texts.compare.summary}</h2>
      <section class="scroll" tabIndex={0} aria-label={texts.compare.summary}>
        <SummaryTable rows={rows} />
      </section>
      {judgedOn && <Tradeoff rows={rows} />}
      {made.value.map((version) => (
        <Layers key={version.id} version={version} />
      ))}
      {calibration && model.value && stats.value && (
        <>
          <h2>{texts.calibrate.ranges}</h2>
          <p class="muted">{texts.calibrate.rangesHint}</p>
          <section class="scroll ranges" tabIndex={0} aria-label={texts.calibrate.ranges}>
            <RangeTable info={model.value.info} stats={stats.value} ranges={calibration.ranges} />
          </section>
        </>
      )}
      <h2>{texts.take.code}</h2>
      <pre tabIndex={0}>{codeFor()}</pre>
      <p class="muted">
        {report.created}, {report.browser}
      </p>
    </main>
  );
}
