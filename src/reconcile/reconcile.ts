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
import type { ModelIR, PipelineIR } from '../define/ir.ts'
import { beginsOf } from '../log/begins.ts'
import { Log } from '../log/log.ts'
import type { LetterReader } from '../log/sqlite/letter-reader.ts'
import type { ModelDecisions } from '../log/sqlite/reader.ts'
import type { StoredDecisions, StoredLog } from '../log/store.ts'
import { DuckDb } from '../sql/duckdb/duckdb.ts'
import { madeReads } from '../sql/made.ts'
import { answered, askedOf, missedBy, type Asked } from './chunk.ts'
import { CodeVersions } from './code-versions.ts'
import { decidedIn, type Decided } from './decided.ts'
import { eventsOf } from './events.ts'
import { HeldAgainst } from './held-against.ts'
import { Letters } from './letters.ts'
import { LogPlaces, type Wanted } from './places.ts'
import type { Example, InputReport, ReconcileReport } from './report.ts'

/** What a data folder gives; a run may hold it. */
export interface Reconcilable extends StoredLog {
  readonly letters: Pick<LetterReader, 'dead' | 'settled'>
  models(): Pick<ModelDecisions, 'model' | 'decisions'>[]
  decisionsFrom(model: string, entry: number): Iterable<StoredDecisions>
}

export interface ReconcileOptions {
  /** Only the decisions of this model. */
  readonly model?: string | undefined
  /** Only decisions with a clock from here on, UTC ms. */
  readonly since?: number | undefined
  /** Of each model at most so many decisions, the first ones. */
  readonly limit?: number | undefined
  /** Decisions that are compared at a time: `RECONCILE_DECISIONS` unless given. */
  readonly atOnce?: number
  /** Told of every value that is another, of which the report keeps examples only. */
  readonly onApart?: (value: Example) => void
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
  try {
    const reading = await read(pipeline, reader, db, options)
    const totals: Totals = { decisions: 0, forgotten: 0, inputs: [], examples: [] }
    for (const model of models) await reading(model, totals)
    const known = new Set(ir.models.map(({ name }) => name))
    const others = reader.models().filter(({ model }) => !known.has(model))
    return {
      decisions: totals.decisions,
      forgotten: totals.forgotten,
      otherModels: Object.fromEntries(others.map(({ model, decisions }) => [model, decisions])),
      entries: endOf(reader),
      inputs: totals.inputs,
      examples: totals.examples,
      sound: totals.inputs.every(isSound),
    }
  } finally {
    db.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

interface Totals {
  decisions: number
  forgotten: number
  readonly inputs: InputReport[]
  readonly examples: Example[]
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
  { since = -Infinity, limit = Infinity, atOnce = limits.RECONCILE_DECISIONS, onApart = () => {}, onProgress = () => {} }: ReconcileOptions,
): Promise<(model: ModelIR, totals: Totals) => Promise<void>> {
  const { ir } = pipeline
  const log = new Log(reader, { sources: ir.sources, stringsOf: () => new Strings() })
  const needed = columnsNeeded(ir)
  const wanted: Wanted = (source, column) => needed.get(source)?.has(column) ?? false
  const { end } = log
  await db.begin(ir)
  for (const [i, source] of ir.sources.entries()) {
    onProgress('reading the log', i / ir.sources.length)
    await db.add(ir, source, eventsOf(reader, log, source, end, wanted))
  }
  const versions = new CodeVersions(pipeline, reader)
  const letters = new Letters(ir, reader.letters)
  const places = new LogPlaces(ir, log, wanted)
  const from = since === -Infinity ? 0 : log.since(since)
  return async (model, totals) => {
    const held = new HeldAgainst({ ir, model, versions, letters, forgottenUpTo: beginsOf(reader).arrival, onApart })
    const total = reader.models().find(one => one.model === model.name)?.decisions ?? 0
    const reads = madeReads(ir, model)
    let done = 0
    for (const chunk of chunks(decisionsOf(reader, model, { from, end, since, limit }), atOnce)) {
      const asked = chunk.flatMap((decided): Asked | Asked[] => askedOf(model, reads, decided, places) ?? [])
      totals.forgotten += chunk.length - asked.length
      totals.decisions += asked.length
      if (asked.length > 0) {
        const answers = await answered(db, ir, model, asked)
        held.take(asked, answers, await missedBy(db, ir, model, held.corrected(asked, answers)))
      }
      done += chunk.length
      onProgress(`comparing decisions of ${model.name}`, Math.min(1, done / Math.max(1, Math.min(total, limit))))
    }
    totals.inputs.push(...held.inputs)
    totals.examples.push(...held.examples)
  }
}

interface Some {
  readonly from: number
  /** What was made on later entries is of a log that was not read. */
  readonly end: number
  readonly since: number
  readonly limit: number
}

function* decisionsOf(reader: Reconcilable, { name }: ModelIR, { from, end, since, limit }: Some): Generator<Decided> {
  let given = 0
  for (const stretch of reader.decisionsFrom(name, from)) {
    if (stretch.first >= end) return
    for (const decided of decidedIn(stretch)) {
      if (decided.t < since) continue
      if (given++ >= limit) return
      yield decided
    }
  }
}

function* chunks<T>(items: Iterable<T>, size: number): Generator<T[]> {
  let chunk: T[] = []
  for (const item of items) {
    chunk.push(item)
    if (chunk.length < size) continue
    yield chunk
    chunk = []
  }
  if (chunk.length > 0) yield chunk
}
