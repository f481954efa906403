/** The last drift check of a model: the drifted columns before and recently, with limits. */
import type { ModelAnswer } from '../core/answers.ts'
import { percentText } from '../core/text.ts'
import type { DriftedColumnAnswer } from '../core/model-answers.ts'
import { driftDataText, limitsText, medianChangeText, modelDriftText, quantilesText } from './drift-text.ts'

export function DriftSection({ state }: { readonly state: ModelAnswer | undefined }) {
  const drift = state?.drift
  const findings = drift?.findings
  return (
    <section aria-labelledby="drift">
      <h2 id="drift">Drift</h2>
      <p class={drift?.because === undefined ? 'soft' : 'warning'}>{modelDriftText(state)}</p>
      {state && findings && (
        <>
          <p>{driftDataText(state)}</p>
          <table>
            <thead>
              <tr>
                <th scope="col">Column</th>
                <th scope="col" class="number">
                  PSI, limit {findings.thresholds.psi}
                </th>
                <th scope="col" class="number">
                  KS, limit {findings.thresholds.ks}
                </th>
                <th scope="col">Before: median (10 % to 90 %)</th>
                <th scope="col">Recent</th>
                <th scope="col">Median moved</th>
                <th scope="col">NULL</th>
              </tr>
            </thead>
            <tbody>
              {findings.inputs.map(column => (
                <DriftRow key={column.name} column={column} label={column.name} />
              ))}
              {findings.score && <DriftRow column={findings.score} label="score (output)" />}
            </tbody>
          </table>
          <p class="soft">{limitsText(findings.thresholds)}</p>
        </>
      )}
    </section>
  )
}

function DriftRow({ column, label }: { readonly column: DriftedColumnAnswer; readonly label: string }) {
  const { psi, ks, nulls, quantiles, drifted } = column
  const markOf = (measure: string): string => (drifted.includes(measure) ? 'warning' : '')
  return (
    <tr>
      <th scope="row">{label}</th>
      <td class={`number ${markOf('psi')}`}>{psi?.toFixed(2) ?? '—'}</td>
      <td class={`number ${markOf('ks')}`}>{ks?.toFixed(2) ?? '—'}</td>
      <td>{quantiles ? quantilesText(quantiles.reference) : ''}</td>
      <td>{quantiles ? quantilesText(quantiles.recent) : ''}</td>
      <td>{medianChangeText(column)}</td>
      <td class={markOf('nulls')}>
        {nulls.reference === nulls.recent ? percentText(nulls.recent) : `${percentText(nulls.reference)} → ${percentText(nulls.recent)}`}
      </td>
    </tr>
  )
}
