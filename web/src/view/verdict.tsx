// A verdict as a coloured word.

import type { Verdict as Word } from '../lib/scores.ts';
import { texts } from '../texts/index.ts';

export const Verdict = ({ verdict }: { verdict: Word }) => (
  <span class={`verdict ${verdict}`} title={texts.compare.verdictReasons[verdict]}>
    <span aria-hidden="true">
      {{ 'very-good': '✓', acceptable: '~', reconsider: '!' }[verdict]}
    </span>{' '}
    {texts.compare.verdicts[verdict]}
  </span>
);
