import { isReady } from '../engine.ts';
import { frames } from '../state/frames.ts';
import { cancelJudging, judge, judged, judgeStatus } from '../state/judge.ts';
import { liveError, liveStatus, startLive, stopLive } from '../state/live.ts';
import { source } from '../state/source.ts';
import { chosen, chosenId, made, versions } from '../state/versions.ts';
import { texts } from '../texts.ts';
import { Button, Empty, Notice, Progress, Segmented } from './bits.tsx';
import { Live } from './live.tsx';
import { Section } from './section.tsx';
import { Summary } from './summary.tsx';

const words = texts.compare;

export function CompareStep() {
  const version = chosen.value;
  return (
    <Section id="compare" lead={words.lead}>
      {!version ? (
        <Empty>{words.empty}</Empty>
      ) : (
        <>
          <div class="row between">
            <Segmented
              label={words.version}
              value={version.id}
              options={made.value.map(({ id }) => ({ value: id, name: texts.versions[id] }))}
              onChange={(id) => {
                chosenId.value = id;
              }}
            />
            {liveStatus.value === 'running' ? (
              <Button id="live-stop" onClick={stopLive}>
                {words.stop}
              </Button>
            ) : (
              <Button
                kind="primary"
                id="live-start"
                disabled={!isReady.value || !source.value}
                onClick={() => void startLive()}
              >
                {words.start}
              </Button>
            )}
          </div>
          {liveError.value && (
            <Notice kind="error" title={words.failed}>
              {liveError.value}
            </Notice>
          )}
          <Live version={version} />
          <Judging />
        </>
      )}
    </Section>
  );
}

function Judging() {
  const status = judgeStatus.value;
  const isComplete = versions.value.every(({ id }) => judged.value.has(id));
  return (
    <div class="judging">
      <div class="row">
        {status.kind === 'running' ? (
          <Button onClick={cancelJudging}>{texts.cancel}</Button>
        ) : (
          !isComplete && (
            <Button
              id="judge"
              kind="primary"
              disabled={!isReady.value || frames.value.length === 0}
              onClick={() => void judge()}
            >
              {words.judge}
            </Button>
          )
        )}
        {frames.value.length === 0 && <span class="muted">{words.needsFrames}</span>}
      </div>
      <div role="status">
        {status.kind === 'running' && (
          <Progress
            done={status.done}
            total={status.total}
            label={words.judging(texts.versions[status.id])}
          />
        )}
      </div>
      {status.kind === 'failed' && (
        <Notice kind="error" title={words.failed}>
          {status.reason}
        </Notice>
      )}
      <Summary />
    </div>
  );
}
