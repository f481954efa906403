/** Compares the surviving log with the naive reference where that is cheap and values are exact. */
import { decisions as oracleDecisions, type About, type Decision, type Request } from '../oracle/oracle.ts'
import type { PipelineIR, Value } from '../../src/define/ir/ir.ts'
import type { RecordedDecision } from '../../src/run/decide/recorded-decision.ts'
import { NUMBER, type Ask } from './asks.ts'
import { isExact } from './exact-inputs.ts'
import { decisionsOf, vectorAt, type Entry } from './inspect.ts'
import type { Part } from './laws.ts'
import { inUseOf, type InUse } from './run-laws.ts'
import { versionsAt } from './training-laws.ts'
import { compareLists } from './verdict.ts'

const EVENTS_MAX = 60

/** Returns false if the oracle was not called. */
export function checkOracle({ verdict, ir, disk, own, hasRuns }: Part, asks: ReadonlyMap<number, Ask>, entries: readonly Entry[]): boolean {
  const expectedDecisions = oracleOver(ir, asks, entries, {
    inUse: hasRuns ? inUseOf(ir, disk, entries) : undefined,
    versions: versionsAt(ir, disk, entries),
  })
  if (!expectedDecisions) return false
  const exact = new Map(ir.models.map(model => [model.name, model.inputs.filter(input => isExact(ir, input)).map(({ name }) => name)]))
  const about = ({ model, entry, key }: RecordedDecision): string => JSON.stringify([model, entry, isTick(ir, model) ? key : null])
  // A double that overflows may be rejected by one and be a number for the other (semantics, arithmetic).
  const recorded = own(decisionsOf(disk))
  const overflowing = new Set(
    recorded.filter(({ model, rejected }) => rejected !== undefined && exact.get(model)!.length < inputsOf(ir, model)).map(about),
  )
  const text = (of: string, { model, t, score }: Pick<RecordedDecision, 'model' | 't' | 'score'>, values: (name: string) => unknown) =>
    JSON.stringify([of, t, score, exact.get(model)!.map(values)])
  const expected = own(expectedDecisions).flatMap(({ entry, key, decision }) => {
    const of = JSON.stringify([decision.model, entry, key])
    return overflowing.has(of) ? [] : [text(of, { ...decision, score: decision.score ?? null }, name => decision.vector[name])]
  })
  const actual = recorded
    .filter(decision => !overflowing.has(about(decision)))
    .map(decision => text(about(decision), decision, name => vectorAt(decision.vector, name)))
  compareLists(verdict, "the oracle's decision", expected.toSorted(), actual.toSorted())
  return true
}

interface OracleDecision {
  readonly model: string
  /** The log entry that triggers it. */
  readonly entry: number
  /** Of a tick, as recorded. */
  readonly key: Value
  readonly decision: Decision
}

/** `undefined` for a long log, and if the oracle throws, as for a rejected feature. */
function oracleOver(
  ir: PipelineIR,
  asks: ReadonlyMap<number, Ask>,
  entries: readonly Entry[],
  { inUse, versions }: { readonly inUse: InUse | undefined; readonly versions: ReturnType<typeof versionsAt> },
): OracleDecision[] | undefined {
  const events = entries.flatMap((entry, i) => ('event' in entry ? [{ i, event: entry.event }] : []))
  if (events.length === 0 || events.length > EVENTS_MAX) return undefined
  const marks = entries.flatMap((entry, i) => ('mark' in entry ? [{ i, mark: entry.mark }] : []))
  const ticks = new Map(marks.flatMap(({ i, mark }) => (mark.kind === 'tick' ? [[mark.t, i] as const] : [])))
  const requests = marks.flatMap(({ i, mark }): (Request & { i: number })[] => {
    if (mark.kind !== 'request') return []
    const place = events.filter(event => event.i < i).length
    return [{ i, model: mark.model, place, arrival: mark.t, row: asks.get(Number(mark.fields[NUMBER.name]))!.row }]
  })
  const firstTick = Math.min(...ticks.keys())
  const log = events.map(({ event }) => event)
  const entryOf = (about: About, t: number): number =>
    'event' in about ? events[about.event].i : 'request' in about ? requests[about.request].i : (ticks.get(t) ?? entries.length)
  const runOf = (group: string, about: About, t: number) => {
    const run = inUse!(group, entryOf(about, t))
    return run && { s: run.s, prefix: events.filter(({ i }) => i < run.cut).length }
  }
  const scoreBy = (model: string, about: About, t: number) => versions(model, entryOf(about, t)).champion?.score
  try {
    return oracleDecisions(ir, log, { requests, until: Math.max(...ticks.keys()), scoreBy, ...(inUse && { runOf }) }).flatMap(
      (decision): OracleDecision[] => {
        if ('event' in decision) return [{ entry: events[decision.event].i, key: null, model: decision.model, decision }]
        if ('request' in decision) return [{ entry: requests[decision.request].i, key: null, model: decision.model, decision }]
        // Nothing ticks before the start of a run; from its first tick on every tick with a live key occurs, whatever was down meanwhile.
        const entry = ticks.get(decision.t) ?? entries.length
        return decision.t < firstTick
          ? []
          : [{ entry, key: deliveredKey(ir, decision.model, decision.key), model: decision.model, decision }]
      },
    )
  } catch {
    return undefined
  }
}

const inputsOf = (ir: PipelineIR, name: string): number => ir.models.find(model => model.name === name)!.inputs.length

const isTick = (ir: PipelineIR, name: string): boolean => ir.models.find(model => model.name === name)!.decide.kind === 'every'

/** The key of a tick as recorded. */
function deliveredKey({ models }: PipelineIR, name: string, key: Value): Value {
  const { decide } = models.find(model => model.name === name)!
  const { type, scale = 0 } = decide.kind === 'every' ? decide.column : { type: 'int' as const }
  return type === 'string' ? key : Number(key) / 10 ** (type === 'decimal' ? scale : 0)
}
