/** Values that were served beside values of now. Screen readers announce it. */
import { valueText } from '../core/text.ts'
import type { ValueDifference } from './decision-inputs.ts'

export const Differences = ({ title, rows }: { readonly title: string; readonly rows: readonly ValueDifference[] }) => (
  <section aria-live="polite">
    <h2>{title}</h2>
    <table>
      <thead>
        <tr>
          <th scope="col">Input</th>
          <th scope="col" class="number">
            Served
          </th>
          <th scope="col" class="number">
            Now
          </th>
          <th scope="col">Difference</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(row => (
          <tr key={row.name} class={row.isDifferent ? 'different' : ''}>
            <th scope="row">{row.name}</th>
            <td class="number">{valueText(row.before)}</td>
            <td class="number">{valueText(row.after)}</td>
            <td>{row.isDifferent ? 'differs' : 'same'}</td>
          </tr>
        ))}
      </tbody>
    </table>
  </section>
)
