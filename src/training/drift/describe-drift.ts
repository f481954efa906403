/** Describes drift in one line, for the registry and for people: `drift of glucose.level: PSI 0.31`. */
import type { ColumnDrift, DriftReport } from './drift.ts'

const SHOWN = 3

/** The description, largest drift first; `undefined` without drift. */
export function describeDrift({ inputs, score, metrics }: DriftReport): string | undefined {
  const columns = [...inputs, ...(score ? [score] : [])].filter(({ drifted }) => drifted.length > 0)
  const worst = columns.toSorted((a, b) => distanceOf(b) - distanceOf(a))
  const more = worst.length > SHOWN ? `; and ${worst.length - SHOWN} more` : ''
  const drift = worst.length > 0 ? [`drift of ${worst.slice(0, SHOWN).map(columnText).join('; ')}${more}`] : []
  const degraded = metrics.filter(({ fell }) => fell)
  const text = degraded.map(
    ({ name, value, bound, rows }) => `${name} of ${rows} settled decisions is ${value.toFixed(4)}, below ${bound.toFixed(4)}`,
  )
  return drift.length + text.length > 0 ? [...drift, ...text].join('; ') : undefined
}

const distanceOf = ({ psi = 0, ks = 0, nulls }: ColumnDrift): number => Math.max(psi, ks, Math.abs(nulls.recent - nulls.reference))

function columnText({ name, psi, ks, nulls, drifted }: ColumnDrift): string {
  const words = {
    psi: `PSI ${psi?.toFixed(2)}`,
    ks: `KS ${ks?.toFixed(2)}`,
    nulls: `NULL ${percent(nulls.reference)} → ${percent(nulls.recent)}`,
  }
  return `${name}: ${drifted.map(reason => words[reason]).join(', ')}`
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`
