/**
 * Two computations of one value compared: every recorded decision's inputs, made by the kernel as it happened, with what SQL makes of the raw events of the log.
 *
 * `recorded`: over what the decision says that it knew, which must be the same to the bit or, of doubles, to the bound of semantics §6. `corrected`: at the same
 * clock over everything that the log has today. Every value that is another has a reason.
 *
 * Decisions are read in chunks, so that memory does not grow with them. Events are in DuckDB, which goes on in a folder of its own beyond `RECONCILE_MEMORY_MB`.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { didYouMean } from '../base/did-you-mean.ts'
import { SpillwayError } from '../base/errors.ts'
import { limits } from '../base/limits.ts'
import { Strings } from '../columns/strings.ts'
import { columnsNeeded } from '../decision/reads.ts'
import type { ModelIR, PipelineIR } from '../define/ir/ir.ts'
import { beginsOf } from '../log/begins.ts'
import { DECIDED } from '../log/decided.ts'
import { Log } from '../log/log.ts'
import type { LetterReader } from '../log/sqlite/letter-reader.ts'
import type { ModelDecisions } from '../log/sqlite/reader.ts'
import type { StoredLog } from '../log/store.ts'
import { progressOf } from '../run/decide/decision-queue.ts'
import type { SqlPlace } from '../sql/duckdb/answers.ts'
import { DuckDb } from '../sql/duckdb/duckdb.ts'
import { madeReads } from '../sql/made.ts'
import { answered, askedOf, missedBy, type Asked } from './chunk.ts'
import { CodeVersions } from './code-versions.ts'
import { Chosen, chunks, type StretchReader } from './chosen.ts'
import { load } from './load.ts'
import { HeldAgainst, type Found } from './held-against.ts'
import { Letters } from './letters.ts'
import { LogPlaces, type Wanted } from './places.ts'
import type { Example, InputReport, ReconcileReport, TodayReport } from './report.ts'
import { scoredBy } from './scored-by.ts'
import { notesIn, Settled } from './settled.ts'

/** What a data folder gives; a run may hold it. */
export interface Reconcilable extends StoredLog, StretchReader {
  readonly letters: Pick<LetterReader, 'dead' | 'settled'>
  models(): Pick<ModelDecisions, 'model' | 'decisions'>[]
}

export interface ReconcileOptions {
  /** Only the decisions of this model. */
  readonly model?: string | undefined
  /** Only decisions with a clock from here on, UTC ms. */
  readonly since?: number | undefined
  /** Of each model at most so many decisions, the first ones. */
  readonly limit?: number | undefined
  /** By model, only decisions on entries of the log from here on; of all unless given. */
  readonly from?: Readonly<Record<string, number>>
  /** Asked between two stretches of a model's decisions, how many were compared: is that enough? */
  readonly isEnough?: (given: number) => boolean
  /** Asked while the log is read: throws, and ends it. */
  readonly check?: () => void
  /** Ends it, in the middle of a query too; it rejects with what DuckDB says then. */
  readonly signal?: AbortSignal
  /** Decisions that are compared at a time: `RECONCILE_DECISIONS` unless given. */
  readonly atOnce?: number
  /** Told of every value that is another, of which the report keeps examples only; and of those within the bound of doubles. */
  readonly onApart?: (value: Found) => void
  readonly onProgress?: (stage: string, share: number) => void
}

/** Throws `SPILL_INPUT` for a model that there is not, `SPILL_DATA` for what is damaged, `SPILL_RANGE` for a sum that is too wide for DuckDB. */
export async function reconcile(
  pipeline: { readonly ir: PipelineIR; readonly fingerprint: string },
  reader: Reconcilable,
  options: ReconcileOptions = {},
): Promise<ReconcileReport> {
  const { ir } = pipeline
  const models = modelsOf(ir, options.model)
  const folder = mkdtempSync(join(tmpdir(), 'spillway-reconcile-'))
  const db = await DuckDb.open({ memoryMb: limits.RECONCILE_MEMORY_MB, folder })
  const interrupt = () => db.interrupt()
  options.signal?.addEventListener('abort', interrupt, { once: true })
  try {
    const reading = await read(pipeline, reader, db, options)
    const totals: Totals = { decisions: 0, forgotten: 0, inputs: [], examples: [], today: [], upTo: {} }
    // Where time is bounded, the model that is furthest behind comes first.
    const { from = {} } = options
    for (const model of models.toSorted((a, b) => (from[a.name] ?? 0) - (from[b.name] ?? 0))) await reading(model, totals)
    const known = new Set(ir.models.map(({ name }) => name))
    const others = reader.models().filter(({ model }) => !known.has(model))
    return {
      ...totals,
      otherModels: Object.fromEntries(others.map(({ model, decisions }) => [model, decisions])),
      entries: endOf(reader),
      sound: totals.inputs.every(isSound),
    }
  } finally {
    options.signal?.removeEventListener('abort', interrupt)
    db.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

interface Totals {
  decisions: number
  forgotten: number
  readonly inputs: InputReport[]
  readonly examples: Example[]
  readonly today: TodayReport[]
  readonly upTo: Record<string, number>
}

function modelsOf({ models, name: pipeline }: PipelineIR, name: string | undefined): readonly ModelIR[] {
  if (name === undefined) return models
  const names = models.map(model => model.name)
  if (!names.includes(name))
    throw new SpillwayError('SPILL_INPUT', `pipeline '${pipeline}' has no model '${name}'${didYouMean(name, names)}`)
  return models.filter(model => model.name === name)
}

const endOf = (reader: StoredLog): number => {
  const last = reader.lastSegment()
  return last ? last.first + last.entries : 0
}

const isSound = ({ recorded, corrected }: InputReport): boolean =>
  recorded.oneAbsent + recorded.different === 0 && (corrected.reasons.unexplained ?? 0) === 0

/** Loads the log as it is now, and gives what takes the decisions of one model. */
async function read(
  pipeline: { readonly ir: PipelineIR; readonly fingerprint: string },
  reader: Reconcilable,
  db: DuckDb,
  options: ReconcileOptions,
): Promise<(model: ModelIR, totals: Totals) => Promise<void>> {
  const { ir } = pipeline
  const { onApart = () => {}, onProgress = () => {}, atOnce = limits.RECONCILE_DECISIONS, since = -Infinity, limit = Infinity } = options
  const log = new Log(reader, { sources: ir.sources, stringsOf: () => new Strings() })
  const needed = columnsNeeded(ir)
  const wanted: Wanted = (source, column) => needed.get(source)?.has(column) ?? false
  // What is decided behind them may be recorded while this goes on.
  const to = Math.min(log.end, progressOf(reader.get(DECIDED)).entry)
  const letters = new Letters(ir, reader.letters)
  await load({ ir, reader, db, log, wanted, letters, onProgress, check: options.check ?? (() => {}) })
  const versions = new CodeVersions(pipeline, reader)
  const settled = new Settled(notesIn(reader))
  const places = new LogPlaces(ir, log, wanted)
  const start = since === -Infinity ? 0 : log.since(since)
  return async (model, totals) => {
    const held = new HeldAgainst({ ir, model, versions, letters, settled, forgottenUpTo: beginsOf(reader).arrival, onApart })
    const total = reader.models().find(one => one.model === model.name)?.decisions ?? 0
    const reads = madeReads(ir, model)
    const modelOf = scoredBy(ir, model, reader)
    const from = Math.max(start, options.from?.[model.name] ?? 0)
    const chosen = new Chosen(reader, model, { from, to, since, limit, isEnough: options.isEnough ?? (() => false) })
    let done = 0
    for (const chunk of chunks(chosen.each(), atOnce)) {
      const asked = chunk.flatMap((decided): Asked | Asked[] => askedOf(model, reads, decided, places) ?? [])
      totals.forgotten += chunk.length - asked.length
      totals.decisions += asked.length
      if (asked.length > 0) {
        const answers = await answered(db, ir, modelOf, asked)
        held.take(asked, answers, await missedBy(db, ir, model, held.corrected(asked, answers)))
      }
      done += chunk.length
      onProgress(`comparing decisions of ${model.name}`, Math.min(1, done / Math.max(1, Math.min(total, limit))))
    }
    totals.upTo[model.name] = chosen.upTo
    totals.inputs.push(...held.inputs)
    totals.today.push(held.today)
    totals.examples.push(...(await placed(db, ir, held.examples)))
  }
}

/** Examples with the places of the events of their causes. */
async function placed(db: DuckDb, ir: PipelineIR, examples: readonly Found[]): Promise<Example[]> {
  const newest = examples.flatMap(({ causes }) => causes.flatMap(cause => cause.newest ?? []))
  const places = new Map<string, SqlPlace>()
  for (const [name, of] of Map.groupBy(newest, ({ source }) => source)) {
    const source = ir.sources.find(one => one.name === name)!
    for (const [number, place] of await db.placesOf(ir, source, [...new Set(of.map(one => one.number))]))
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
