// What the page says in passing: notices, progress, figures, and what stands where there is nothing yet. Every step uses
// them.

import type { ComponentChildren } from 'preact';

interface NoticeProps {
  kind: 'info' | 'warning' | 'error';
  title?: string;
  children?: ComponentChildren;
}

export const Notice = ({ kind, title, children }: NoticeProps) => (
  <div class={`notice ${kind}`} role={kind === 'error' ? 'alert' : 'note'}>
    <span class="mark" aria-hidden="true">
      {kind === 'info' ? 'i' : '!'}
    </span>
    <div>
      {title && <strong>{title}</strong>}
      {children && <div>{children}</div>}
    </div>
  </div>
);

interface ProgressProps {
  done: number;
  total: number;
  label: string;
  detail?: string | undefined;
}

export const Progress = ({ done, total, label, detail }: ProgressProps) => (
  <div class="progress">
    <div class="progress-text">
      <span>{label}</span>
      {detail && <span class="muted">{detail}</span>}
    </div>
    <progress value={done} max={total} aria-label={label} />
  </div>
);

export const Empty = ({ children }: { children: ComponentChildren }) => (
  <p class="empty">{children}</p>
);

export const Stat = ({ name, children }: { name: string; children: ComponentChildren }) => (
  <div class="stat">
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
);
