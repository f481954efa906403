/** `spillway train`: trains a model on the log of a data folder or on files, and compares the new version with the champion. */
import { wallClock } from '../../base/clock.ts'
import { SpillwayError } from '../../base/errors.ts'
import { Strings } from '../../columns/strings.ts'
import type { Pipeline } from '../../define/pipeline.ts'
import type { SqliteStore } from '../../log/sqlite/sqlite-store.ts'
import { load } from '../../replay/load.ts'
import { trainModel, type ModelTraining } from '../../replay/train-model.ts'
import { logExtent } from '../../run/history/stored-history.ts'
import { TrainedModel } from '../../run/jobs/trained-model.ts'
import { modelAlone, trainFromLog } from '../../run/jobs/training-job.ts'
import { RegistryFolder } from '../../training/registry/folder.ts'
import type { NamedValues, NamedWrite } from '../../log/store.ts'
import type { ModelVersion } from '../../training/registry/version.ts'
import { UsageError, type Command } from '../command/command.ts'
import { DEFAULT_DATA_FOLDER, dataFolderOf, dataOption } from '../command/data-option.ts'
import { changeFolder } from '../command/folder-change.ts'
import { importPipeline } from '../command/pipeline-file.ts'
import { ProgressLine } from '../command/progress.ts'
import { checkSourceFiles, sourceFiles } from '../command/source-files-option.ts'
import { readProblemLines } from '../command/replay-summary.ts'
import { parseTime, timeText } from '../command/time-text.ts'
import { trainedText, type TrainedVersion } from './version-text.ts'

/** The command `spillway train`. */
export const trainCommand: Command = {
  name: 'train',
  usage: 'PIPELINE [--model NAME] [--source NAME=FILE… [--registry DIR]]',
  summary: 'train a model now; compares it with the champion and applies its promotion rule',
  options: {
    model: { type: 'string', value: 'NAME', help: 'the model (default: the only trained model)' },
    source: { type: 'string', multiple: true, value: 'NAME=FILE', help: 'a file of a source, as for replay; may be repeated' },
    data: {
      ...dataOption,
      help: `without --source, train on the log of this data folder while no run holds it (default ${DEFAULT_DATA_FOLDER})`,
    },
    registry: { type: 'string', value: 'DIR', help: 'with --source: store the version in this folder (default: do not store it)' },
    'as-of': { type: 'string', value: 'TIME', help: 'train on events that had arrived by this time (default: the end of the history)' },
    json: { type: 'boolean', help: 'print the version as one JSON object' },
  },
  async run(values, [path, ...extra]) {
    if (path === undefined) throw new UsageError('name the pipeline file')
    if (extra.length > 0) throw new UsageError(`expected one pipeline file, but also got ${extra.join(', ')}`)
    const { json = false, ...options } = values as {
      json?: boolean
      model?: string
      registry?: string
      'as-of'?: string
      source?: string[]
    }
    const files = sourceFiles(options.source ?? [])
    if (files.length > 0 && values['data'] !== undefined) throw new UsageError('--source and --data are two histories; leave one out')
    if (files.length === 0 && options.registry !== undefined) throw new UsageError('--registry needs --source')
    const at = options['as-of'] === undefined ? undefined : parseTime('--as-of', options['as-of'])
    const pipeline = await importPipeline(path)
    checkSourceFiles(files, pipeline.ir)
    const progress = new ProgressLine()
    const model = trainedModelName(pipeline, options.model)
    const stopping = new AbortController()
    const stop = () => stopping.abort()
    // An external training command has a process group of its own, so the terminal's signals do not reach it.
    const usesCommand = pipeline.ir.models.some(({ name, train }) => name === model && typeof train?.algorithm === 'object')
    if (usesCommand) for (const signal of signals) process.once(signal, stop)
    const training: Training = { pipeline, model, at, progress, signal: stopping.signal }
    try {
      const outcome = files.length > 0 ? await onFiles(training, files, options.registry) : await onLog(training, dataFolderOf(values))
      progress.clear()
      console.log(json ? JSON.stringify(outcome.version) : trainedText(outcome))
      return 0
    } finally {
      for (const signal of signals) process.off(signal, stop)
      progress.clear()
    }
  },
}

const signals = ['SIGINT', 'SIGTERM'] as const

interface Training {
  readonly pipeline: Pipeline
  readonly model: string
  readonly at: number | undefined
  readonly progress: ProgressLine
  readonly signal: AbortSignal
}

async function onLog({ pipeline: { ir }, model, at, progress, signal }: Training, data: string): Promise<TrainedVersion> {
  return changeFolder(data, { subject: 'models', command: 'train', targets: model }, async (store: SqliteStore, reader) => {
    const arrivals = logExtent(ir, reader).map(({ lastArrival }) => lastArrival ?? -Infinity)
    const cut = reader.lastSegment()
    const end = cut ? cut.first + cut.entries : 0
    const trainedModel = new TrainedModel(ir, model, reader)
    const last = Math.max(...arrivals)
    checkAsOf(at, last)
    const job = { ir, model, at: at ?? last, cut: end, champion: trainedModel.champion(reader) }
    if (end === 0) throw new SpillwayError('SPILL_HISTORY', 'the log is empty: there is nothing to learn from', { place: data })
    const train = () => trainFromLog(reader, job, { onProgress: share => progress.show('reading the log', share), signal })
    const { version, isMet } = await trainVersion(trainedModel, job, train, put => store.commit({ put }))
    return { version, next: isMet ? 'it scores once a run starts here' : `spillway models … promote ${version.number} lets it score` }
  })
}

/** Throws `SPILL_INPUT` for a future time: outcomes may still arrive until then, so labels without an outcome would be false negatives. */
function checkAsOf(at: number | undefined, last: number): void {
  const now = Math.max(wallClock(), last)
  if (at !== undefined && at > now)
    throw new SpillwayError('SPILL_INPUT', `--as-of ${timeText(at)} is in the future: later events are unknown; leave it out`)
}

async function onFiles(
  { pipeline, model, at, progress, signal }: Training,
  files: ReturnType<typeof sourceFiles>,
  path?: string,
): Promise<TrainedVersion> {
  const registry = path === undefined ? undefined : new RegistryFolder(path)
  const values: NamedValues = registry ?? { get: () => undefined, named: () => [] }
  const trainedModel = new TrainedModel(pipeline.ir, model, values)
  const ir = modelAlone(pipeline.ir, trainedModel.model)
  const ownFiles = files.filter(({ source }) => ir.sources.some(({ name }) => name === source))
  const onProgress = (file: string, share: number) => progress.show(`reading ${file}`, share)
  const problems = { warnings: [] as string[], count: 0, first: '' }
  const log = await load({ ir, maps: pipeline.maps }, ownFiles, {
    strings: new Strings(),
    onProgress,
    onWarning: warning => void problems.warnings.push(warning),
    onRefused({ place, detail }) {
      if (problems.count++ === 0) problems.first = `${place}: ${detail}`
    },
  })
  progress.clear()
  for (const line of readProblemLines({ warnings: problems.warnings, refused: problems.count === 0 ? undefined : problems }))
    console.error(line)
  checkAsOf(at, log.until)
  const job = { at: at ?? log.until, champion: trainedModel.champion(values) }
  const train = () => trainModel({ ir, model: trainedModel.model, ...job, signal }, log)
  const { version, isMet } = await trainVersion(trainedModel, job, train, async put => registry?.commit(put))
  if (!registry) return { version, next: 'it is not stored: add --registry DIR' }
  if (!isMet) return { version, next: `spillway models … promote ${version.number} --registry ${path} makes it the champion` }
  // Without a log the promotion takes effect at once.
  registry.commit(trainedModel.promote({ version: version.number, why: version.verdict!, at: wallClock() }))
  return { version: trainedModel.version(version.number)!, next: 'it is the champion' }
}

/** Trains a version and commits it; a failure is committed too. */
async function trainVersion(
  trainedModel: TrainedModel,
  { at, cut }: { readonly at: number; readonly cut?: number },
  train: () => Promise<ModelTraining>,
  commit: (put: readonly NamedWrite[]) => Promise<void>,
): Promise<{ readonly version: ModelVersion; readonly isMet: boolean }> {
  const begun = trainedModel.beginVersion({ why: 'command', at, ...(cut !== undefined && { cut }), began: wallClock() })
  let training: ModelTraining
  try {
    training = await train()
  } catch (error) {
    await commit([...trainedModel.markBrokenOff(), ...trainedModel.fail(begun, error, wallClock())])
    throw error
  }
  const { version, asked: promotion, put } = trainedModel.finish(begun, training, wallClock())
  await commit([...trainedModel.markBrokenOff(), ...put])
  return { version, isMet: promotion !== undefined }
}

/** The named model, or the only trained model. Throws `SPILL_INPUT` if several or none are trained. */
export function trainedModelName({ ir }: Pick<Pipeline, 'ir'>, name: string | undefined): string {
  if (name !== undefined) return name
  const trained = ir.models.filter(({ train }) => train)
  if (trained.length === 1) return trained[0].name
  const names = trained.map(model => model.name).join(', ')
  const problem =
    trained.length === 0 ? 'no trained model; add train: { algorithm: … }' : `several trained models; add --model with one of ${names}`
  throw new SpillwayError('SPILL_INPUT', `pipeline '${ir.name}' has ${problem}`)
}
