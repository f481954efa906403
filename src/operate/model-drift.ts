/** Drift of the models in a data folder: recent decisions compared with earlier decisions or with a training set. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { SpillwayError, unknownNameError } from '../base/index.ts'
import { shortPath } from '../base/node/index.ts'
import { Strings } from '../columns/index.ts'
import type { ModelIR, PipelineIR } from '../define/ir/index.ts'
import type { FolderLog } from './folder-log.ts'
import {
  summarizeForDrift,
  newestSettledMetric,
  type SettledMetricOptions,
  newestDecisions,
  recordedBatches,
} from '../run/history/index.ts'
import {
  countNumbers,
  countTexts,
  driftOf,
  type DriftReport,
  type DriftThresholds,
  type SettledMetric,
  type RowsSummary,
  valuesOf,
} from '../training/drift/index.ts'
import { openInput } from '../files/index.ts'
import type { TrainingManifest } from '../replay/index.ts'

/** The parsed options of `spillway drift`. */
export interface DriftRequest {
  /** The pipeline file. */
  readonly path: string
  /** All models by default. */
  readonly model: string | undefined
  /** Length of the recent period before the newest decision, ms. */
  readonly since: number
  /** Length of the reference period before the recent one, ms. */
  readonly reference: number
  /** The folder of a training set, in place of the reference period. */
  readonly trainingSet: string | undefined
  readonly thresholds: DriftThresholds
  /** The least value of a metric on decisions with settled labels; by default the bound of the model's promotion rule. */
  readonly metric: Pick<SettledMetricOptions, 'metric' | 'bound'> | undefined
  /** Receives the current stage, and its share from 0 to 1. */
  readonly onProgress?: (stage: string, share: number) => void
}

/** The drift of one model. Times are UTC ms. */
export interface ModelDrift extends DriftReport {
  readonly model: string
  /** Start of the recent period. */
  readonly since: number
  readonly reference: { readonly kind: 'set'; readonly folder: string } | { readonly kind: 'decisions'; readonly from: number | null }
  /** Number of decisions left out, because their version of the model has different inputs. */
  readonly others: number
  /**
   * The version whose scores are compared, that of the newest decision (`null`: the model's own score, or none), and its number of scores
   * in each period. Versions differ in their score distributions, and decisions before the first promotion have no score.
   */
  readonly scores: { readonly version: number | null; readonly reference: number; readonly recent: number }
}

/**
 * Drift of the requested models that have decisions, in order of definition. Cost: reads all recorded decisions of each model.
 *
 * @throws `SPILL_NOT_FOUND` for an unknown model, `SPILL_HISTORY` if no decision is recorded.
 */
export async function driftOfModels(ir: PipelineIR, log: FolderLog, request: DriftRequest): Promise<ModelDrift[]> {
  const drifts: ModelDrift[] = []
  for (const model of driftModels(ir, log, request)) drifts.push(await measureModelDrift(ir, model, log, request))
  return drifts
}

function driftModels({ models, name }: PipelineIR, reader: FolderLog, { model: requested, path }: DriftRequest): ModelIR[] {
  const names = models.map(model => model.name)
  if (requested !== undefined && !names.includes(requested)) throw unknownNameError(name, 'model', requested, names, { place: path })
  const decided = reader.models().map(({ model }) => model)
  const matches = models.filter(model => (requested === undefined || model.name === requested) && decided.includes(model.name))
  if (matches.length > 0) return matches
  throw new SpillwayError(
    'SPILL_HISTORY',
    `no decision of ${requested === undefined ? `pipeline '${name}'` : `model '${requested}'`} is recorded yet`,
  )
}

/** Cost: reads all recorded decisions of the model. */
export async function measureModelDrift(ir: PipelineIR, model: ModelIR, reader: FolderLog, request: DriftRequest): Promise<ModelDrift> {
  const { decisions } = await newestDecisions(reader, { model: model.name, key: undefined, last: 1 })
  const [{ t: newest, version }] = decisions
  const since = newest - request.since
  const from = since - request.reference
  const strings = new Strings()
  const total = reader.models().find(each => each.model === model.name)?.decisions ?? 0
  let [others, done] = [0, 0]
  const batches = recordedBatches(ir, model, reader.decisionsFrom(model.name, 0), strings, {
    total,
    onBatch({ fits, decisions: count }) {
      if (!fits) others += count
      done += count
      request.onProgress?.(`reading the decisions of ${model.name}`, done / total)
    },
  })
  const ranges = [
    { from: since, to: newest + 1 },
    { from, to: since },
  ]
  const [recent, before] = summarizeForDrift(ir, model, batches, strings, ranges, version)
  const reference = request.trainingSet === undefined ? before : await trainingSetSummary(request.trainingSet)
  const scores = { version: version ?? null, reference: scoreCount(reference), recent: scoreCount(recent) }
  return {
    model: model.name,
    since,
    reference:
      request.trainingSet === undefined
        ? { kind: 'decisions', from: Number.isFinite(from) ? from : null }
        : { kind: 'set', folder: request.trainingSet },
    others,
    scores,
    ...driftOf(withoutEmptyScores(reference), withoutEmptyScores(recent), {
      ...request.thresholds,
      metrics: metricsOf(ir, model, reader, request),
    }),
  }
}

const scoreCount = ({ score }: RowsSummary): number => (score ? valuesOf(score) : 0)

/** Removes a score column without values, since there is nothing to compare. */
const withoutEmptyScores = ({ score, ...rest }: RowsSummary): RowsSummary => (score && valuesOf(score) > 0 ? { ...rest, score } : rest)

function metricsOf(ir: PipelineIR, model: ModelIR, reader: FolderLog, { metric, since }: DriftRequest): SettledMetric[] {
  const bound = metric ?? boundOf(model)
  return bound ? [newestSettledMetric(ir, model, reader, { ...bound, since })] : []
}

function boundOf({ label, train }: ModelIR): DriftRequest['metric'] {
  if (!label || train?.promote.kind !== 'rule') return undefined
  const { metric, bound } = train.promote
  return (metric === 'auc' || metric === 'ap') && bound !== undefined ? { metric, bound } : undefined
}

const VECTOR = 'vector.'

/**
 * Summarizes a training set on disk (`spillway training-set`), which has no scores. Throws `SPILL_FORMAT` for a folder without a training set, or with a
 * damaged file.
 */
async function trainingSetSummary(folder: string): Promise<RowsSummary> {
  const { columns, rows, file } = manifestOf(folder)
  const inputs = columns.filter(({ name, list }) => name.startsWith(VECTOR) && !list)
  const strings = new Strings()
  const counted = inputs.map(({ name, type }) => ({ name, type, counting: type === 'string' ? countTexts(strings) : countNumbers() }))
  const input = await openInput(join(folder, file))
  for await (const { records } of input.batches(inputs.map(({ name }) => name)))
    for (const { name, type, counting } of counted) {
      const cells = records.map(record => (record as Readonly<Record<string, unknown>>)[name] ?? null)
      const values = Float64Array.from(cells, cell =>
        cell === null ? NaN : type === 'string' ? strings.idOf(cell as string) : Number(cell),
      )
      counting.add({ values, nulls: Uint8Array.from(cells, cell => Number(cell === null)) }, records.length)
    }
  return { rows, inputs: Object.fromEntries(counted.map(({ name, counting }) => [name.slice(VECTOR.length), counting.summary])) }
}

function manifestOf(folder: string): TrainingManifest {
  const path = join(folder, 'manifest.json')
  const place = shortPath(folder)
  if (!existsSync(path))
    throw new SpillwayError('SPILL_FORMAT', 'is no training set: it has no manifest.json; spillway training-set makes one', { place })
  try {
    const manifest = JSON.parse(readFileSync(path, 'utf8')) as TrainingManifest
    if (manifest.format === 1 && Array.isArray(manifest.columns) && typeof manifest.file === 'string') return manifest
  } catch (error) {
    throw new SpillwayError('SPILL_FORMAT', `has a manifest.json that cannot be read: ${(error as Error).message}`, { place, cause: error })
  }
  throw new SpillwayError('SPILL_FORMAT', 'has a manifest.json of another format than this version of Spillway writes', { place })
}
