/** Reports (semantics: decisions and placements): the rows at a time. */
import type { LoggedEvent } from '../../src/define/source/source.ts'
import type { ExprIR, ModelIR, PipelineIR, ReportIR, Value } from '../../src/define/ir/ir.ts'
import { compute, type Leaf } from './arithmetic.ts'
import { decide, type Decision } from './decisions.ts'
import { visibleEvents } from './placement.ts'
import { tickAt } from './triggers.ts'

export interface ReportedRow {
  readonly key: Value
  readonly vector: Decision['vector']
  /** Of a report on a model without a user's own score function. */
  readonly score?: number | null
  readonly stale?: boolean
  /** By group: the time of the report minus its as-of time, ms; NULL before the first run of a schedule. */
  readonly age: Readonly<Record<string, number | null>>
}

/** `log` is in order of arrival. */
export function reportAt(pipeline: PipelineIR, report: ReportIR, log: readonly LoggedEvent[], s: number): ReportedRow[] {
  const { of, where, orderBy = [], limit = Infinity, freshness } = report
  const model = modelOfReport(pipeline, report)
  const age = agesAt(pipeline, model, log, s)
  const stale = freshness !== undefined && Object.values(age).some(one => one === null || one > freshness)
  const rows = tickAt(pipeline, model, log, s).map((moment): ReportedRow => {
    const { vector, score } = decide(pipeline, moment)
    const key = 'key' in moment.about ? moment.about.key : null
    return { key, vector, ...(of.kind === 'model' && score !== undefined && { score }), ...(freshness !== undefined && { stale }), age }
  })
  const matching = rows.filter(row => where === undefined || compute(where, leaf => cellOf(row, leaf.name)) === true)
  return matching
    .toSorted((a, b) => firstThat(orderBy, by => compareCells(cellOf(a, by.column), cellOf(b, by.column), by.descending)))
    .slice(0, limit)
}

function modelOfReport({ models }: PipelineIR, { name, of, column, live }: ReportIR): ModelIR {
  const decide = { kind: 'every', every: 1, live, column } as const
  if (of.kind === 'inputs') return { name, decide, inputs: of.inputs, score: { kind: 'rules', rules: [], otherwise: 0 } }
  return { ...models.find(model => model.name === of.model)!, decide }
}

function agesAt(
  { groups, sources }: PipelineIR,
  { inputs, score }: ModelIR,
  log: readonly LoggedEvent[],
  s: number,
): Record<string, number | null> {
  const exprs = [...inputs.map(({ expr }) => expr), ...(score.kind === 'rules' ? score.rules.map(({ when }) => when) : [])]
  const reads = exprs.flatMap(featuresOf)
  return Object.fromEntries(
    reads.map(({ group: name, key }) => {
      const { source, place } = groups.find(group => group.name === name)!
      const prefix = log.filter(({ arrival }) => arrival <= s).length
      const { clock } = visibleEvents(
        sources.find(one => one.name === source)!,
        place,
        log,
        prefix,
        s,
      )
      return [`${name}(${key.join(',')})`, clock === -Infinity ? null : s - clock]
    }),
  )
}

function featuresOf(expr: ExprIR): Extract<Leaf, { op: 'feature' }>[] {
  if (expr.op === 'feature') return [expr]
  if ('left' in expr) return [...featuresOf(expr.left), ...featuresOf(expr.right)]
  return 'of' in expr ? featuresOf(expr.of) : []
}

/** A column of the report by its name. */
function cellOf({ score, vector }: ReportedRow, name: string): Value {
  return (name === 'score' ? score : vector[name.slice('vector.'.length)]) as Value
}

/** NULL is last in both directions. */
function compareCells(a: Value, b: Value, descending: boolean): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null)
  const order = typeof a === 'string' && typeof b === 'string' ? Buffer.compare(Buffer.from(a), Buffer.from(b)) : Number(a) - Number(b)
  return descending ? -order : order
}

function firstThat<T>(of: readonly T[], order: (one: T) => number): number {
  return of.map(order).find(sign => sign !== 0) ?? 0
}
