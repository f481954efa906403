/** Small random cases with many ties, and the same with the scores of another plan, for tests of the value of decisions. */
import { random, type Random } from '../../src/base/random.ts'
import type { Cases, PlanDecisions, RowRange } from '../../src/audit/domain/cases.ts'
import type { AlertEvaluation } from '../../src/audit/value/index.ts'

export interface Drawn extends AlertEvaluation {
  readonly threshold: number
}

const below = (of: Random, n: number): number => Math.floor(of() * n)

/** Times are within about one day and often equal; few keys; some labels unknown. `of` is the random source. */
export function randomGiven(
  seed: number,
  { most = 40, shared = false, grouped = false }: { readonly most?: number; readonly shared?: boolean; readonly grouped?: boolean } = {},
): Drawn {
  const of = random(seed)
  const length = 1 + below(of, most)
  const minute = 60_000
  const t = Float64Array.from({ length }, () => below(of, 30) * 5 * minute).sort()
  const key = Int32Array.from({ length }, () => below(of, 4))
  const isLabelled = Uint8Array.from({ length }, () => Number(of() < 0.85))
  const eligible = Uint8Array.from({ length }, () => Number(of() < 0.9))
  for (let row = 0; row < length; row++) if (eligible[row] === 0) isLabelled[row] = 0
  const label = Uint8Array.from(isLabelled, is => (is === 1 && of() < 0.5 ? 1 : 0))
  // Shared outcomes are on a grid, so that decisions of a key share them.
  const outcome = Float64Array.from(t, (time, row) =>
    label[row] === 0 ? NaN : shared ? Math.ceil((time + 1) / (60 * minute)) * 60 * minute : time + below(of, 12) * 5 * minute,
  )
  const amount = Float64Array.from({ length }, () => below(of, 100))
  const cases = casesOf({ t, key, isLabelled, eligible, label, outcome, columns: { amount } })
  const inline = of() < 0.5
  const scoredAt = t.map(time => time + below(of, 3) * minute)
  const decided: PlanDecisions = {
    score: Float64Array.from({ length }, () => (of() < 0.1 ? NaN : below(of, 6) / 5)),
    scoredAt,
    actedAt: scoredAt.map(time => time + (of() < 0.5 ? 0 : below(of, 40) * minute)),
    inline,
  }
  const from = below(of, 3) === 0 ? below(of, length) : 0
  const rows: RowRange = { from, to: from + below(of, length - from + 1) }
  const threshold = below(of, 6) / 5
  return {
    cases: grouped ? { ...cases, outcomeGroup: Int32Array.from({ length }, () => below(of, 6) - 1) } : cases,
    decided,
    alert: Uint8Array.from(decided.score, (score, row) => Number(score >= threshold) & eligible[row]),
    rows,
    threshold,
  }
}

interface CaseData extends Pick<Cases, 't' | 'key' | 'label' | 'isLabelled' | 'eligible' | 'outcome'> {
  readonly columns?: Readonly<Record<string, Float64Array>>
}

export function casesOf({ columns = {}, ...rest }: CaseData): Cases {
  const all: RowRange = { from: 0, to: rest.t.length }
  return {
    ...rest,
    length: rest.t.length,
    column: name => {
      if (!columns[name]) throw new Error(`no column ${name}`)
      return columns[name]
    },
    clusters: [],
    censored: 0,
    lateLabels: 0,
    blocks: { train: all, tune: all, test: all, select: all, report: all },
  }
}
