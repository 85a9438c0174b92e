// A step of the page: its number, its heading and its first sentence.

import type { ComponentChildren } from 'preact';
import { texts } from '../texts/index.ts';

export type StepId = keyof typeof texts.steps;
export const STEPS = Object.keys(texts.steps) as StepId[];

interface SectionProps {
  id: StepId;
  lead: string;
  children: ComponentChildren;
}

/** One step of the way. */
export function Section({ id, lead, children }: SectionProps) {
  return (
    <section id={id} class="step" aria-labelledby={`${id}-title`}>
      <header>
        <span class="number" aria-hidden="true">
          {STEPS.indexOf(id) + 1}
        </span>
        <div>
          <h2 id={`${id}-title`}>{texts.steps[id]}</h2>
          <p class="lead">{lead}</p>
        </div>
      </header>
      {children}
    </section>
  );
}
