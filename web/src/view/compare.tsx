// The step that compares versions: live, frame by frame, and judged on all collected frames.

import { computed } from '@preact/signals';
import { isReady } from '../state/engine.ts';
import { frames } from '../state/frames.ts';
import { hasHeldOut } from '../state/held_out.ts';
import { cancelJudging, judge, judged, judgeSet, judgeStatus } from '../state/judge.ts';
import { liveError, liveStatus, startLive, stopLive } from '../state/live.ts';
import { source } from '../state/source.ts';
import { chosen, chosenId, made, versions } from '../state/versions.ts';
import { texts } from '../texts/index.ts';
import { Button, Segmented } from './controls.tsx';
import { Live } from './live.tsx';
import { Empty, Notice, Progress } from './notes.tsx';
import { Section } from './section.tsx';
import { Summary } from './summary.tsx';

const words = texts.compare;

export const CompareStep = () => (
  <Section id="compare" lead={words.lead}>
    {chosen.value ? (
      <>
        <LiveControls />
        <Live />
        <Judging />
      </>
    ) : (
      <Empty>{words.empty}</Empty>
    )}
  </Section>
);

function LiveControls() {
  return (
    <>
      <div class="row between">
        <div class="row">
          <span aria-hidden="true">{words.version}</span>
          <Segmented
            label={words.version}
            value={chosen.value?.id ?? 'reference'}
            options={made.value.map(({ id }) => ({ value: id, name: texts.versions[id] }))}
            onChange={(id) => {
              chosenId.value = id;
            }}
          />
        </div>
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
    </>
  );
}

// What changes often is a component of its own, so that the tables beside it are not gone through each time.
const Judging = () => (
  <div class="judging">
    <JudgeControls />
    <JudgeProgress />
    <Summary />
  </div>
);

const isJudging = computed(() => judgeStatus.value.kind === 'running');

function JudgeControls() {
  const lacksFrames = judgeSet.value === 'collected' && frames.value.length === 0;
  const isComplete = versions.value.every(({ id }) => judged.value.has(id));
  return (
    <div class="row">
      {isJudging.value ? (
        <Button onClick={cancelJudging}>{texts.cancel}</Button>
      ) : (
        !isComplete && (
          <Button
            id="judge"
            kind="primary"
            disabled={!isReady.value || lacksFrames}
            onClick={() => void judge()}
          >
            {words.judge}
          </Button>
        )
      )}
      {hasHeldOut.value && (
        <span aria-hidden="true">{isComplete ? words.judgedOn : words.judgeOn}</span>
      )}
      {hasHeldOut.value && (
        <Segmented
          compact
          label={words.judgedOn}
          value={judgeSet.value}
          options={[
            { value: 'collected', name: words.sets.collected },
            { value: 'held-out', name: words.sets['held-out'] },
          ]}
          onChange={(value) => {
            cancelJudging();
            judgeSet.value = value;
          }}
        />
      )}
      {lacksFrames && <span class="muted">{words.needsFrames}</span>}
    </div>
  );
}

function JudgeProgress() {
  const status = judgeStatus.value;
  return (
    <>
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
    </>
  );
}
