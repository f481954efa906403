/**
 * Reconciliation: compares the inputs of every recorded decision, computed by the kernel, with SQL over the raw events of the log.
 *
 * `recorded` uses the events that the decision knew. Its values must have equal bits or, for doubles, lie within the bound of the
 * semantics. `corrected` uses all events that the log has today, at the same as-of time. Every mismatch has a reason.
 *
 * Decisions are read in chunks, so memory does not grow with their number. DuckDB holds the events and spills to its own folder beyond
 * `RECONCILE_MEMORY_MB`.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { unknownNameError, limits, definitionOf } from '../base/index.ts'
import { Strings } from '../columns/index.ts'
import { columnsNeeded } from '../decision/index.ts'
import type { ModelIR, PipelineIR } from '../define/ir/index.ts'
import {
  logStartOf,
  DECISION_PROGRESS,
  Log,
  type DeadLetterLog,
  type DecisionLog,
  type NamedValues,
  type SegmentLog,
} from '../log/index.ts'
import type { DecisionSummary } from '../log/sqlite/index.ts'
import { parseProgress } from '../run/decide/index.ts'
import { type SqlPosition, recordedReads, SqlWitness } from '../sql/index.ts'
import { computeBySql, comparedDecisionOf, missedEventsOf, scoringModels } from './chunk.ts'
import { codeVersions, type FingerprintedPipeline } from './code-versions.ts'
import { DecisionSelection, inChunks } from './decision-selection.ts'
import { loadLogIntoSql, entryFinder, type ColumnFilter } from './log-events.ts'
import { ModelComparison, type Mismatch } from './model-comparison.ts'
import { DeadLetterIndex } from './dead-letter-index.ts'
import type { MismatchExample, InputReport, ReconcileReport, TodayReport } from './reconcile-report.ts'
import { repairNotesIn, settledValues } from './repair-notes.ts'

/** Contents of a data folder; a run may hold it. */
export interface ReconcileReader extends SegmentLog, NamedValues, DecisionLog {
  readonly deadLetters: Pick<DeadLetterLog, 'dead' | 'settled'>
  models(): Pick<DecisionSummary, 'model' | 'decisions'>[]
}

/** Options of a reconciliation. */
export interface ReconcileOptions {
  /** Compares only the decisions of this model. */
  readonly model?: string | undefined
  /** Compares only decisions with an as-of time from here on, UTC ms. */
  readonly since?: number | undefined
  /** Greatest number of decisions per model; the first ones count. */
  readonly limit?: number | undefined
  /** First entry of the log, by model; the beginning by default. */
  readonly from?: Readonly<Record<string, number>>
  /** Called between decision batches with the number of compared decisions; true ends the comparison. */
  readonly isEnough?: (decisions: number) => boolean
  /** Called while the log is read; throws to end it. */
  readonly check?: () => void
  /** Aborts the reconciliation, even during a query. It then rejects with the signal's reason or DuckDB's error. */
  readonly signal?: AbortSignal
  /** Decisions per chunk; `RECONCILE_DECISIONS` by default. */
  readonly atOnce?: number
  /** Receives every mismatch, of which the report has only examples, and every value within the bound of doubles. */
  readonly onMismatch?: (value: Mismatch) => void
  readonly onProgress?: (stage: string, share: number) => void
}

/**
 * Compares recorded decisions with SQL.
 *
 * @throws `SPILL_NOT_FOUND` for an unknown model
 * @throws `SPILL_DATA` for damaged data
 * @throws `SPILL_RANGE` for a sum that is too wide for DuckDB
 */
export async function reconcile(
  pipeline: FingerprintedPipeline,
  reader: ReconcileReader,
  options: ReconcileOptions = {},
): Promise<ReconcileReport> {
  const { ir } = pipeline
  const models = modelsOf(ir, options.model)
  const folder = mkdtempSync(join(tmpdir(), 'spillway-reconcile-'))
  const { DuckDbEngine } = await import('../sql/duckdb/index.ts')
  const db = new SqlWitness(await DuckDbEngine.open({ memoryMb: limits.RECONCILE_MEMORY_MB, folder }), options.signal)
  try {
    const compareModel = await prepare(pipeline, reader, db, options)
    const totals: Totals = { decisions: 0, forgotten: 0, inputs: [], examples: [], today: [], upTo: {} }
    // If time is limited, the model that is furthest behind comes first.
    const { from = {} } = options
    for (const model of models.toSorted((a, b) => (from[a.name] ?? 0) - (from[b.name] ?? 0))) await compareModel(model, totals)
    const modelNames = new Set(ir.models.map(({ name }) => name))
    const others = reader.models().filter(({ model }) => !modelNames.has(model))
    return {
      ...totals,
      otherModels: Object.fromEntries(others.map(({ model, decisions }) => [model, decisions])),
      entries: endOf(reader),
      sound: totals.inputs.every(isSound),
    }
  } finally {
    await db.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

interface Totals {
  decisions: number
  forgotten: number
  readonly inputs: InputReport[]
  readonly examples: MismatchExample[]
  readonly today: TodayReport[]
  readonly upTo: Record<string, number>
}

function modelsOf({ models, name: pipeline }: PipelineIR, name: string | undefined): readonly ModelIR[] {
  if (name === undefined) return models
  const names = models.map(model => model.name)
  if (!names.includes(name)) throw unknownNameError(pipeline, 'model', name, names)
  return models.filter(model => model.name === name)
}

const endOf = (reader: SegmentLog): number => {
  const last = reader.lastSegment()
  return last ? last.first + last.entries : 0
}

const isSound = ({ recorded, corrected }: InputReport): boolean =>
  recorded.oneAbsent + recorded.different === 0 && (corrected.reasons.unexplained ?? 0) === 0

/** Loads the current log, and returns the comparison of one model. */
async function prepare(
  pipeline: FingerprintedPipeline,
  reader: ReconcileReader,
  db: SqlWitness,
  options: ReconcileOptions,
): Promise<(model: ModelIR, totals: Totals) => Promise<void>> {
  const { ir } = pipeline
  const { onMismatch = () => {}, onProgress = () => {}, atOnce = limits.RECONCILE_DECISIONS, since = -Infinity, limit = Infinity } = options
  const log = new Log(reader, { sources: ir.sources, stringsOf: () => new Strings() })
  const columns = columnsNeeded(ir)
  const columnFilter: ColumnFilter = (source, column) => columns.get(source)?.has(column) ?? false
  // Later entries may be decided while the reconciliation runs.
  const to = Math.min(log.end, parseProgress(reader.get(DECISION_PROGRESS)).entry)
  const letters = new DeadLetterIndex(ir, reader.deadLetters)
  await loadLogIntoSql({ ir, reader, db, log, columnFilter, letters, onProgress, check: options.check ?? (() => {}) })
  const mayDiffer = codeVersions(pipeline, reader)
  const isSettled = settledValues(repairNotesIn(reader))
  const entryAt = entryFinder(ir, log, columnFilter)
  const start = since === -Infinity ? 0 : log.firstEntrySince(since)
  return async (model, totals) => {
    const comparison = new ModelComparison({
      ir,
      model,
      mayDiffer,
      letters,
      isSettled,
      forgottenUpTo: logStartOf(reader).arrival,
      onMismatch,
    })
    const total = reader.models().find(entry => entry.model === model.name)?.decisions ?? 0
    const reads = recordedReads(ir, model)
    const modelOf = scoringModels(ir, model, reader)
    const from = Math.max(start, options.from?.[model.name] ?? 0)
    const selection = new DecisionSelection(reader, model, { from, to, since, limit, isEnough: options.isEnough ?? (() => false) })
    let comparedCount = 0
    for (const chunk of inChunks(selection.each(), atOnce)) {
      const decisions = chunk.flatMap(decided => comparedDecisionOf(model, reads, decided, entryAt) ?? [])
      totals.forgotten += chunk.length - decisions.length
      totals.decisions += decisions.length
      if (decisions.length > 0) {
        const answers = await computeBySql(db, ir, modelOf, decisions)
        comparison.compare(decisions, answers, await missedEventsOf(db, ir, model, comparison.mismatchedToday(decisions, answers)))
      }
      comparedCount += chunk.length
      onProgress(`comparing decisions of ${model.name}`, Math.min(1, comparedCount / Math.max(1, Math.min(total, limit))))
    }
    totals.upTo[model.name] = selection.upTo
    totals.inputs.push(...comparison.inputs)
    totals.today.push(comparison.today)
    totals.examples.push(...(await withPlaces(db, ir, comparison.examples)))
  }
}

/** Adds the places of events to the causes of examples. */
async function withPlaces(db: SqlWitness, ir: PipelineIR, examples: readonly Mismatch[]): Promise<MismatchExample[]> {
  const newest = examples.flatMap(({ causes }) => causes.flatMap(cause => cause.newest ?? []))
  const places = new Map<string, SqlPosition>()
  for (const [name, events] of Map.groupBy(newest, ({ source }) => source)) {
    const source = definitionOf(ir.sources, name)
    for (const [number, place] of await db.positionsOf(ir, source, [...new Set(events.map(event => event.number))]))
      places.set(`${name} ${number}`, place)
  }
  return examples.map(({ causes, ...example }) => ({
    ...example,
    causes: causes.map(({ newest: last, ...cause }) => ({
      ...cause,
      ...(last && { newest: places.get(`${last.source} ${last.number}`)! }),
    })),
  }))
}
