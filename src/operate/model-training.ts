/** Trains a model now, on the log of a data folder or on files, compares it with the champion and applies its promotion rule. */
import { wallClock, SpillwayError } from '../base/index.ts'
import { Strings } from '../columns/index.ts'
import type { Pipeline } from '../define/index.ts'
import type { NamedValues, NamedWrite } from '../log/index.ts'
import { load, type SourceFile, trainModel, type ModelTraining } from '../replay/index.ts'
import { logExtent } from '../run/history/index.ts'
import { ModelLifecycle, modelAlone, trainFromLog } from '../run/index.ts'
import { RegistryFolder, type ModelVersion } from '../training/registry/index.ts'
import { changeFolder } from './folder-change.ts'
import { FileLoading, type FileProblems } from './training-set.ts'

/** A request to train a model. */
export interface ModelTrainingRequest {
  readonly pipeline: Pipeline
  readonly model: string
  /** Train on events that had arrived by this time, UTC ms; by default all. */
  readonly at: number | undefined
  /** Ends the training. */
  readonly signal: AbortSignal
  /** Progress of a stage, such as `reading the log`: a share from 0 to 1. */
  readonly onProgress: (stage: string, share: number) => void
}

/** A trained version. */
export interface TrainingOutcome {
  readonly version: ModelVersion
  /** The version met the promotion rule: it scores at once in a registry of its own, otherwise once a run starts. */
  readonly isMet: boolean
}

/** Files as the history of a training. */
export interface TrainingFiles {
  readonly files: readonly SourceFile[]
  /** The folder that stores the version; without it the version is not stored. */
  readonly registry: string | undefined
  /** Called once all files are read. */
  readonly onRead: (problems: FileProblems) => void
}

/**
 * Trains on the log of a folder that no run holds, and stores the version there. The operator log records it.
 *
 * @throws `SPILL_BUSY` while a run holds the folder; `SPILL_INPUT` for an empty log, a model that is not trained and a future time;
 * `SPILL_TRAINING` if nothing can be fitted, which is stored as a failed version.
 */
export function trainOnFolder(
  { pipeline: { ir }, model, at, signal, onProgress }: ModelTrainingRequest,
  data: string,
): Promise<TrainingOutcome> {
  return changeFolder(data, { subject: 'models', command: 'train', targets: model }, async (store, log) => {
    const arrivals = logExtent(ir, log).map(({ lastArrival }) => lastArrival ?? -Infinity)
    const segment = log.lastSegment()
    const cut = segment ? segment.first + segment.entries : 0
    const lifecycle = new ModelLifecycle(ir, model, log)
    const last = Math.max(...arrivals)
    checkAsOf(at, last)
    if (cut === 0) throw new SpillwayError('SPILL_HISTORY', 'the log is empty: there is nothing to learn from', { place: data })
    const job = { ir, model, at: at ?? last, cut, champion: lifecycle.comparedScore(log) }
    const train = () => trainFromLog(log, job, { onProgress: share => onProgress('reading the log', share), signal })
    return trainVersion({ lifecycle, values: log }, job, train, put => store.commit({ put }))
  })
}

/** Trains on files. A version that meets its rule is the champion of the registry at once. Throws like `trainOnFolder` and `load`. */
export async function trainOnFiles(
  request: ModelTrainingRequest,
  { files, registry: path, onRead }: TrainingFiles,
): Promise<TrainingOutcome> {
  const { pipeline, model, at, signal, onProgress } = request
  const registry = path === undefined ? undefined : new RegistryFolder(path)
  const values: NamedValues = registry ?? { get: () => undefined, named: () => [] }
  const lifecycle = new ModelLifecycle(pipeline.ir, model, values)
  const ir = modelAlone(pipeline.ir, lifecycle.model)
  const ownFiles = files.filter(({ source }) => ir.sources.some(({ name }) => name === source))
  const loading = new FileLoading(onProgress, new Strings())
  const log = await load({ ir, maps: pipeline.maps }, ownFiles, loading.options)
  onRead(loading.problems)
  checkAsOf(at, log.until)
  const job = { at: at ?? log.until, champion: lifecycle.comparedScore(values) }
  const train = () => trainModel({ ir, model: lifecycle.model, ...job, signal }, log)
  const { version, isMet } = await trainVersion({ lifecycle, values }, job, train, async put => registry?.commit(put))
  if (!registry || !isMet) return { version, isMet }
  // Without a log the promotion takes effect at once.
  registry.commit(lifecycle.promote({ version: version.number, why: version.verdict!, at: wallClock() }))
  return { version: lifecycle.version(version.number)!, isMet }
}

/** Throws `SPILL_INPUT` for a future time: outcomes may still arrive until then, so labels without an outcome would be false negatives. */
function checkAsOf(at: number | undefined, last: number): void {
  const now = Math.max(wallClock(), last)
  if (at === undefined || at <= now) return
  const time = new Date(at).toISOString()
  throw new SpillwayError('SPILL_INPUT', `--as-of ${time} is in the future: later events are unknown; leave it out`)
}

/** Trains a version and commits it; a failure is committed too. */
async function trainVersion(
  { lifecycle, values }: { readonly lifecycle: ModelLifecycle; readonly values: NamedValues },
  { at, cut }: { readonly at: number; readonly cut?: number },
  train: () => Promise<ModelTraining>,
  commit: (put: readonly NamedWrite[]) => Promise<void>,
): Promise<TrainingOutcome> {
  const record = lifecycle.beginVersion({ why: 'command', at, ...(cut !== undefined && { cut }), began: wallClock() })
  let training: ModelTraining
  try {
    training = await train()
  } catch (error) {
    await commit([...lifecycle.markBrokenOff(), ...lifecycle.fail(record, error, wallClock())])
    throw error
  }
  const { version, promotion, put } = lifecycle.finish(record, training, wallClock(), values)
  await commit([...lifecycle.markBrokenOff(), ...put])
  return { version, isMet: promotion !== undefined }
}
