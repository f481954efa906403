/** Trains one model on a log, beside a run or for a command. */
import { definitionOf } from '../../base/index.ts'
import { Strings } from '../../columns/index.ts'
import { groupReads } from '../../decision/index.ts'
import type { ModelIR, PipelineIR } from '../../define/ir/index.ts'
import { trainModel, type ModelTraining, type TrainingRequest } from '../../replay/index.ts'
import { censoredPositions } from '../history/censoring.ts'
import { storedHistory } from '../history/stored-history.ts'
import type { DecisionLog, NamedValues, SegmentLog } from '../../log/index.ts'

/** One training. */
export interface TrainingJob extends Pick<TrainingRequest, 'at' | 'champion'> {
  readonly ir: PipelineIR
  /** Name of the model. */
  readonly model: string
  /** Entries of the log below it are read; no later entry has arrived by `at`. */
  readonly cut: number
}

/** Trains a model. Rejects as `trainModel` does, or when it is stopped. */
export type TrainPort = (job: TrainingJob, signal: AbortSignal) => Promise<ModelTraining>

/** Rejects as `trainModel` does, and as `storedHistory` throws. Memory: that of a replay of the sources of the model and its label. */
export async function trainFromLog(
  store: SegmentLog & NamedValues & DecisionLog,
  { ir, model: name, at, cut, champion }: TrainingJob,
  { onProgress, signal }: { readonly onProgress?: (share: number) => void; readonly signal?: AbortSignal } = {},
): Promise<ModelTraining> {
  const model = definitionOf(ir.models, name)
  const read = modelAlone(ir, model)
  const log = storedHistory(ir, read, store, new Strings(), { to: cut, until: at, allowForgotten: true, ...(onProgress && { onProgress }) })
  const censored = censoredPositions(ir, model, store)
  const isCensored = censored && ((sourcePosition: number) => censored.hidden.has(sourcePosition))
  const training = await trainModel({ ir: read, model, at, champion, isCensored, signal }, log)
  const versions = new Map<string, number>()
  for (const { source, version } of store.schemas()) versions.set(source, Math.max(version, versions.get(source) ?? 0))
  const schemas = Object.fromEntries(read.sources.flatMap(({ name }) => (versions.has(name) ? [[name, versions.get(name)!]] : [])))
  return { ...training, report: { ...training.report, set: { ...training.report.set, schemas } } }
}

/** The part of a pipeline that one model and its label need. */
export function modelAlone(ir: PipelineIR, model: ModelIR): PipelineIR {
  const names = new Set(groupReads(ir, model).map(({ group }) => group.name))
  const groups = ir.groups.filter(({ name }) => names.has(name))
  const { decide, label } = model
  const needed = new Set([
    ...groups.map(({ source }) => source),
    ...(decide.kind === 'on' ? [decide.source] : []),
    ...(label ? [label.source] : []),
  ])
  return { ...ir, sources: ir.sources.filter(({ name }) => needed.has(name)), groups, models: [model] }
}
