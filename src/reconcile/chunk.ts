/** One chunk of a model's decisions: the SQL values as recorded and as corrected, and the events that each decision missed. */
import { limits } from '../base/index.ts'
import type { ColumnIR, ModelIR, PipelineIR, Value } from '../define/ir/index.ts'
import { Strings } from '../columns/index.ts'
import { RequestReader, valueAt } from '../intake/index.ts'
import {
  type SqlMissedCounts,
  type SqlVector,
  type SqlWitness,
  type recordedReads,
  type SqlRecordedDecision,
  missedKindBit,
  missedKindBits,
  missedKinds,
  type MissedKind,
} from '../sql/index.ts'
import type { DecisionCells } from './decision-selection.ts'
import type { entryFinder, LogEntry } from './log-events.ts'
import { changedInputs, inputCodes, scoreOfVersion, versionOf } from '../training/registry/index.ts'
import type { NamedValues } from '../log/index.ts'

/** A decision with its SQL inputs. */
export interface ComparedDecision {
  readonly decided: DecisionCells
  readonly recordedDecision: SqlRecordedDecision
}

/** SQL values of a chunk; row i belongs to decision i. */
export interface SqlAnswers {
  readonly recorded: readonly SqlVector[]
  readonly corrected: readonly SqlVector[]
}

/** Time before every event, as the as-of time of a schedule that has not run. */
const BEFORE_ALL_EVENTS = -limits.TIME_MS_MAX - 1

/** Undefined if the log has deleted the decision's trigger, or has a different entry in its place. */
export function comparedDecisionOf(
  model: ModelIR,
  reads: ReturnType<typeof recordedReads>,
  decided: DecisionCells,
  entryAt: ReturnType<typeof entryFinder>,
): ComparedDecision | undefined {
  const entry = entryAt(decided.entry)
  const trigger = entry && triggerOf(model, entry, decided.key)
  if (!entry || !trigger) return undefined
  const { decide } = model
  const cuts = reads.map(({ id, group }) => {
    const { visibleEvents, asOf } = decided.read(id) ?? { visibleEvents: 0, asOf: -Infinity }
    const isOwn = decide.kind === 'on' && decide.source === group.source
    const before = entry.before(group.source)
    return {
      visibleEvents,
      asOf: asOf === -Infinity ? BEFORE_ALL_EVENTS : asOf,
      within: isOwn ? before + 1 : before,
      ...(isOwn && { excludedEvent: before }),
    }
  })
  return { decided, recordedDecision: { t: decided.t, trigger, cuts } }
}

/** Physical column values of the trigger; undefined if the entry cannot have triggered the model. */
function triggerOf({ decide, name }: ModelIR, { event, marker }: LogEntry, key: Value): Readonly<Record<string, Value>> | undefined {
  if (decide.kind === 'on') return event?.source === decide.source ? event.row : undefined
  if (decide.kind === 'every') {
    return marker?.kind === 'tick' ? { [decide.column.name]: physicalKey(decide.column, key) } : undefined
  }
  if (marker?.kind !== 'request' || marker.model !== name) return undefined
  const strings = new Strings()
  const reader = RequestReader.forStored(decide, strings)
  if (reader.readFields(marker.fields)) return undefined
  const block = { columns: reader.columns() }
  return Object.fromEntries(decide.columns.map(column => [column.name, valueAt(block, column, 0, strings)]))
}

/** Physical value of a tick's key, from its delivered form. */
function physicalKey({ type, scale = 0 }: ColumnIR, key: Value): Value {
  if (type === 'bool') return key === 1
  return type === 'decimal' ? Math.round((key as number) * 10 ** scale) : key
}

/**
 * Computes recorded and corrected values in one query per scoring version: at the same as-of times, over the known events and over all
 * events.
 */
export async function computeBySql(
  db: SqlWitness,
  ir: PipelineIR,
  modelOf: ScoringModelOf,
  decisions: readonly ComparedDecision[],
): Promise<SqlAnswers> {
  const answers = { recorded: Array<SqlVector>(decisions.length), corrected: Array<SqlVector>(decisions.length) }
  for (const [version, rows] of Map.groupBy(decisions.keys(), row => decisions[row].decided.version)) {
    const recorded = rows.map(row => decisions[row].recordedDecision)
    const corrected = recorded.map(recordedDecision => ({
      ...recordedDecision,
      cuts: recordedDecision.cuts.map(cut => ({ ...cut, visibleEvents: Number.MAX_SAFE_INTEGER })),
    }))
    const vectors = await db.vectors(ir, modelOf(version), [...recorded, ...corrected])
    for (const [i, row] of rows.entries()) {
      answers.recorded[row] = vectors[i]
      answers.corrected[row] = vectors[rows.length + i]
    }
  }
  return answers
}

/** Events that a decision did not know. */
export interface MissedEvents {
  /** By read of the model and feature of the group; undefined if nothing was missed. */
  readonly reads: readonly (readonly SqlMissedCounts[] | undefined)[]
  /** Vectors for decisions that missed several kinds: over all events without one kind, and over the visible events with one kind only. */
  readonly without: ReadonlyMap<MissedKind, SqlVector>
  readonly alone: ReadonlyMap<MissedKind, SqlVector>
}

/** The missed events of each decision. */
export async function missedEventsOf(
  db: SqlWitness,
  ir: PipelineIR,
  model: ModelIR,
  decisions: readonly ComparedDecision[],
): Promise<ReadonlyMap<ComparedDecision, MissedEvents>> {
  if (decisions.length === 0) return new Map()
  const missedByRead = await db.missedCounts(
    ir,
    model,
    decisions.map(({ recordedDecision }) => recordedDecision),
  )
  const reads = decisions.map((_, i) => missedByRead.map(missed => missed.get(i)))
  const scenarios = decisions.flatMap(({ recordedDecision }, i) => {
    const kinds = kindsOf(reads[i])
    if (kinds.length < 2) return []
    return kinds.flatMap(kind => [
      { i, kind, of: 'without' as const, recordedDecision: { ...recordedDecision, excludedKinds: missedKindBit(kind) } },
      {
        i,
        kind,
        of: 'alone' as const,
        recordedDecision: { ...recordedDecision, excludedKinds: missedKindBits(kinds.filter(other => other !== kind)) },
      },
    ])
  })
  const missed = reads.map(read => ({ reads: read, without: new Map<MissedKind, SqlVector>(), alone: new Map<MissedKind, SqlVector>() }))
  for (let from = 0; from < scenarios.length; from += limits.RECONCILE_DECISIONS) {
    const chunk = scenarios.slice(from, from + limits.RECONCILE_DECISIONS)
    const vectors = await db.vectorsExcluding(
      ir,
      model,
      chunk.map(({ recordedDecision }) => recordedDecision),
    )
    for (const [at, { i, kind, of }] of chunk.entries()) missed[i][of].set(kind, vectors[at])
  }
  return new Map(decisions.map((decision, i) => [decision, missed[i]]))
}

/** Kinds of which a decision missed any event. */
function kindsOf(reads: MissedEvents['reads']): MissedKind[] {
  const missed = new Set(reads.flatMap(features => (features ?? []).flatMap(kinds => [...kinds.keys()])))
  return missedKinds.filter(kind => missed.has(kind))
}

/** Model that scored a decision: with the score of the recorded version, or with the model's own score. */
export type ScoringModelOf = (version: number | undefined) => ModelIR

/** A version that was deleted or trained on other inputs gets a score that SQL does not know. */
export function scoringModels(ir: PipelineIR, model: ModelIR, values: NamedValues): ScoringModelOf {
  const codes = inputCodes(ir, model)
  const models = new Map<number, ModelIR>()
  return (version = 0) => {
    if (version === 0) return model
    const cached = models.get(version)
    if (cached) return cached
    const trained = versionOf(values, model.name, version)
    const isOther = trained === undefined || changedInputs(trained.inputs, codes).length > 0
    const score = (isOther ? undefined : scoreOfVersion(values, model.name, version)) ?? { kind: 'function', version: `version ${version}` }
    const versioned: ModelIR = { ...model, score }
    models.set(version, versioned)
    return versioned
  }
}
