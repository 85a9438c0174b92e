// The operators of a model as a table, with the reason where one cannot run.

import type { ModelInfo } from 'webquant';
import * as format from '../lib/format.ts';
import { texts } from '../texts/index.ts';
import { useGrowing } from './growing.ts';

export function OperatorTable({ info }: { info: ModelInfo }) {
  const { columns } = texts.model;
  const drawn = useGrowing(info.ops.length, info);
  return (
    <section class="scroll tall" tabIndex={0} aria-label={texts.model.operators}>
      <table class="operators">
        <thead>
          <tr>
            <th scope="col" class="number-cell">
              {columns.index}
            </th>
            <th scope="col">{columns.type}</th>
            <th scope="col">{columns.name}</th>
            <th scope="col" class="number-cell">
              {columns.macs}
            </th>
            <th scope="col" class="number-cell">
              {columns.weights}
            </th>
            <th scope="col">{columns.runs}</th>
          </tr>
        </thead>
        <tbody>
          {info.ops
            .slice(0, drawn)
            .map(({ index, type, name, macs, weightBytes, supported, runs, reason }) => (
              <tr key={index} class={supported ? undefined : 'unsupported'}>
                <td class="number-cell">{index}</td>
                <td>
                  <code>{type}</code>
                </td>
                <td class="name-cell" title={name}>
                  {name}
                </td>
                <td class="number-cell">{macs ? format.count(macs) : '–'}</td>
                <td class="number-cell">{weightBytes ? format.bytes(weightBytes) : '–'}</td>
                <td>
                  {runs ? texts.model.runs[runs] : <strong>{texts.model.runsNot}</strong>}
                  {reason && <div class="reason">{reason}</div>}
                </td>
              </tr>
            ))}
        </tbody>
      </table>
    </section>
  );
}
