// The frames that were taken, to be labelled or removed one by one.

import { remove } from '../state/calibration.ts';
import { classForKey, type Frame, frames, setLabel, THUMBNAIL } from '../state/frames.ts';
import { labels } from '../state/model.ts';
import { texts } from '../texts/index.ts';
import { Picture } from './picture.tsx';

const words = texts.calibrate;

/** The frames that were taken: to look at, to label by key press, to remove. */
export function Strip() {
  if (frames.value.length === 0) return null;
  const hasLabels = labels.value.length > 0;
  return (
    <div>
      <h3 id="strip-title">{words.strip}</h3>
      <p class="muted">{hasLabels ? words.stripHint : words.noLabels}</p>
      <ul class="strip" aria-labelledby="strip-title">
        {frames.value.map((frame, i) => (
          <StripFrame key={frame.id} frame={frame} index={i + 1} />
        ))}
      </ul>
    </div>
  );
}

function StripFrame({ frame, index }: { frame: Frame; index: number }) {
  const label = frame.label === undefined ? undefined : labels.value[frame.label];
  const press = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === 'Delete' || event.key === 'Backspace') {
      event.preventDefault();
      const item = (event.currentTarget as HTMLElement).closest('li');
      const next = item?.nextElementSibling ?? item?.previousElementSibling;
      next?.querySelector('button')?.focus();
      void remove(frame.id);
      return;
    }
    const found = classForKey(event.key, frame.label);
    if (found !== undefined) setLabel(frame.id, found);
  };
  return (
    <li>
      <button type="button" class="frame" onKeyDown={press} aria-label={words.frame(index, label)}>
        <Picture picture={frame.thumbnail} size={THUMBNAIL} />
        {label !== undefined && <span class="frame-label">{label}</span>}
      </button>
      <button
        type="button"
        class="frame-remove"
        tabIndex={-1}
        aria-label={words.remove(index)}
        onClick={() => void remove(frame.id)}
      >
        ×
      </button>
    </li>
  );
}
