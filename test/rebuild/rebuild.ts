/**
 * The second implementation of law 4: vectors by the DuckDB dialect, from raw events and from the recorded cuts and as-of times of each
 * decision.
 *
 * It has access to no vector, score or kernel.
 */
import { Strings } from '../../src/columns/strings.ts'
import { limits } from '../../src/base/limits.ts'
import type { ModelIR, PipelineIR, Value } from '../../src/define/ir/ir.ts'
import { RequestReader } from '../../src/intake/request-reader.ts'
import { valueAt } from '../../src/intake/row-reader.ts'
import type { RecordedDecision } from '../../src/run/decide/recorded-decision.ts'
import type { SqlVector } from '../../src/sql/answers.ts'
import type { SqlWitness } from '../../src/sql/witness.ts'
import { recordedReads, type SqlRecordedDecision } from '../../src/sql/recorded-decisions.ts'
import type { Entry } from '../crash/inspect.ts'
import { eventsOf } from './case.ts'

/** The part of a decision that a rebuild gets. */
export type Blind = Pick<RecordedDecision, 'model' | 'key' | 'entry' | 't' | 'read'>

/** Removes the vector. */
export const blindOf = ({ model, key, entry, t, read }: RecordedDecision): Blind => structuredClone({ model, key, entry, t, read })

/** A vector for each decision, in order. Throws as `SqlWitness.vectors` does. */
export async function rebuild(
  db: SqlWitness,
  ir: PipelineIR,
  entries: readonly Entry[],
  decisions: readonly Blind[],
): Promise<readonly SqlVector[]> {
  await db.createEventTables(ir)
  for (const source of ir.sources) await db.addEvents(ir, source, eventsOf(source, entries).entries())
  const vectors = new Map<Blind, SqlVector>()
  for (const model of ir.models) {
    const own = decisions.filter(decision => decision.model === model.name)
    if (own.length === 0) continue
    const recorded = own.map(decision => madeOf(ir, model, entries, decision))
    for (const [i, vector] of (await db.vectors(ir, model, recorded)).entries()) vectors.set(own[i], vector)
  }
  return decisions.map(decision => vectors.get(decision)!)
}

function madeOf(ir: PipelineIR, model: ModelIR, entries: readonly Entry[], decision: Blind): SqlRecordedDecision {
  const { entry, t, read } = decision
  const { decide } = model
  const cuts = recordedReads(ir, model).map(({ id, group }) => {
    const { visibleEvents, asOf } = read[id]
    const isOwn = decide.kind === 'on' && decide.source === group.source
    return {
      visibleEvents,
      asOf: asOf ?? -limits.TIME_MS_MAX - 1,
      ...(isOwn && { excludedEvent: numberIn(group.source, entries, entry) }),
    }
  })
  return { t, trigger: triggerOf(model, entries[entry], decision.key), cuts }
}

/** Number of the source's events before an entry. */
const numberIn = (source: string, entries: readonly Entry[], entry: number): number =>
  entries.slice(0, entry).filter(before => 'event' in before && before.event.source === source).length

/** The physical columns of the trigger: of the event in the log, of the request in the log, or the key of a tick. */
export function triggerOf({ decide }: ModelIR, entry: Entry, key: Value): Readonly<Record<string, Value>> {
  if ('event' in entry) return entry.event.row
  if (decide.kind === 'every') {
    const { name, type, scale = 0 } = decide.column
    return { [name]: type === 'decimal' ? Math.round((key as number) * 10 ** scale) : type === 'bool' ? key === 1 : key }
  }
  const strings = new Strings()
  if (decide.kind !== 'request' || entry.mark.kind !== 'request') return {}
  const reader = new RequestReader(decide, strings)
  reader.readFields(entry.mark.fields)
  const block = { columns: reader.columns() }
  return Object.fromEntries(decide.columns.map(column => [column.name, valueAt(block, column, 0, strings)]))
}
