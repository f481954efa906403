/** One chunk of the decisions of a model: what SQL makes of each, as recorded and as corrected, and what it missed. */
import { limits } from '../base/limits.ts'
import type { ColumnIR, ModelIR, PipelineIR, Value } from '../define/ir/ir.ts'
import { Strings } from '../columns/strings.ts'
import { RequestReader } from '../intake/request-reader.ts'
import { valueAt } from '../intake/row-text.ts'
import type { SqlMissed, SqlVector } from '../sql/duckdb/answers.ts'
import type { DuckDb } from '../sql/duckdb/duckdb.ts'
import type { madeReads, SqlMade } from '../sql/made.ts'
import { bitOf, bitsOf, missedKinds, type MissedKind } from '../sql/missed.ts'
import type { Decided } from './decided.ts'
import type { LogPlaces, Place } from './places.ts'
import type { ScoredBy } from './scored-by.ts'

/** A decision with what SQL is asked about it. */
export interface Asked {
  readonly decided: Decided
  readonly made: SqlMade
}

/** What SQL says of a chunk; row i is decision i. */
export interface Answered {
  readonly recorded: readonly SqlVector[]
  readonly corrected: readonly SqlVector[]
}

/** Below every event, for the clock of a schedule that had not run. */
const NEVER = -limits.TIME_MS_MAX - 1

/** `undefined` where the log has forgotten what the decision was made on, or has something else there. */
export function askedOf(model: ModelIR, reads: ReturnType<typeof madeReads>, decided: Decided, places: LogPlaces): Asked | undefined {
  const place = places.at(decided.entry)
  const trigger = place && triggerOf(model, place, decided.key)
  if (!place || !trigger) return undefined
  const { decide } = model
  const cuts = reads.map(({ id, group }) => {
    const { known, clock } = decided.read(id) ?? { known: 0, clock: -Infinity }
    const isOwn = decide.kind === 'on' && decide.source === group.source
    const before = place.before(group.source)
    return {
      known,
      clock: clock === -Infinity ? NEVER : clock,
      within: isOwn ? before + 1 : before,
      ...(isOwn && { without: before }),
    }
  })
  return { decided, made: { t: decided.t, trigger, cuts } }
}

/** The columns of the trigger, physical; `undefined` if the entry cannot have made the model decide. */
function triggerOf({ decide, name }: ModelIR, { event, mark }: Place, key: Value): Readonly<Record<string, Value>> | undefined {
  if (decide.kind === 'on') return event?.source === decide.source ? event.row : undefined
  if (decide.kind === 'every') {
    return mark?.kind === 'tick' ? { [decide.column.name]: physicalKey(decide.column, key) } : undefined
  }
  if (mark?.kind !== 'request' || mark.model !== name) return undefined
  const strings = new Strings()
  const reader = RequestReader.ofStored(decide, strings)
  if (reader.take(mark.fields)) return undefined
  const block = { columns: reader.columns() }
  return Object.fromEntries(decide.columns.map(column => [column.name, valueAt(block, column, 0, strings)]))
}

/** The key of a tick as its column keeps it, from how it is delivered. */
function physicalKey({ type, scale = 0 }: ColumnIR, key: Value): Value {
  if (type === 'bool') return key === 1
  return type === 'decimal' ? Math.round((key as number) * 10 ** scale) : key
}

/** As recorded and as corrected in one query for each version that scored: the same clocks, and everything known. */
export async function answered(db: DuckDb, ir: PipelineIR, modelOf: ScoredBy, asked: readonly Asked[]): Promise<Answered> {
  const answers = { recorded: Array<SqlVector>(asked.length), corrected: Array<SqlVector>(asked.length) }
  for (const [version, rows] of Map.groupBy(asked.keys(), row => asked[row].decided.version)) {
    const recorded = rows.map(row => asked[row].made)
    const corrected = recorded.map(made => ({ ...made, cuts: made.cuts.map(cut => ({ ...cut, known: Number.MAX_SAFE_INTEGER })) }))
    const all = await db.vectors(ir, modelOf(version), [...recorded, ...corrected])
    for (const [i, row] of rows.entries()) {
      answers.recorded[row] = all[i]
      answers.corrected[row] = all[rows.length + i]
    }
  }
  return answers
}

/** What a decision missed. */
export interface Missed {
  /** By read of its model, by feature of the group; absent where it missed nothing of it. */
  readonly reads: readonly (readonly SqlMissed[] | undefined)[]
  /** Its vector over everything without the events of a kind, and over what it knew with no others than those; where it missed several kinds. */
  readonly without: ReadonlyMap<MissedKind, SqlVector>
  readonly alone: ReadonlyMap<MissedKind, SqlVector>
}

/** Of some decisions what they missed. */
export async function missedBy(db: DuckDb, ir: PipelineIR, model: ModelIR, asked: readonly Asked[]): Promise<ReadonlyMap<Asked, Missed>> {
  if (asked.length === 0) return new Map()
  const found = await db.missed(
    ir,
    model,
    asked.map(({ made }) => made),
  )
  const reads = asked.map((_, i) => found.map(missed => missed.get(i)))
  const worlds = asked.flatMap(({ made }, i) => {
    const kinds = kindsOf(reads[i])
    if (kinds.length < 2) return []
    return kinds.flatMap(kind => [
      { i, kind, of: 'without' as const, made: { ...made, leave: bitOf(kind) } },
      { i, kind, of: 'alone' as const, made: { ...made, leave: bitsOf(kinds.filter(other => other !== kind)) } },
    ])
  })
  const missed = reads.map(read => ({ reads: read, without: new Map<MissedKind, SqlVector>(), alone: new Map<MissedKind, SqlVector>() }))
  for (let from = 0; from < worlds.length; from += limits.RECONCILE_DECISIONS) {
    const some = worlds.slice(from, from + limits.RECONCILE_DECISIONS)
    const vectors = await db.leaving(
      ir,
      model,
      some.map(({ made }) => made),
    )
    for (const [at, { i, kind, of }] of some.entries()) missed[i][of].set(kind, vectors[at])
  }
  return new Map(asked.map((one, i) => [one, missed[i]]))
}

/** Kinds of which a decision missed anything. */
function kindsOf(reads: Missed['reads']): MissedKind[] {
  const found = new Set(reads.flatMap(features => (features ?? []).flatMap(kinds => [...kinds.keys()])))
  return missedKinds.filter(kind => found.has(kind))
}
