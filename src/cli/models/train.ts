/** `spillway train`: trains a model on the log of a data folder or on files, and compares the new version with the champion. */
import { SpillwayError } from '../../base/index.ts'
import type { Pipeline } from '../../define/index.ts'
import { trainOnFiles, trainOnFolder, type ModelTrainingRequest } from '../../operate/index.ts'
import type { SourceFile } from '../../replay/index.ts'
import { UsageError, type Command } from '../command/command.ts'
import { DEFAULT_DATA_FOLDER, dataFolderOf, dataOption } from '../command/data-option.ts'
import { importPipeline } from '../command/pipeline-file.ts'
import { ProgressLine } from '../command/progress.ts'
import { checkSourceFiles, sourceFiles } from '../command/source-files-option.ts'
import { readProblemLines, type ReadProblems } from '../command/replay-summary.ts'
import { parseTime } from '../command/time-text.ts'
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
    const request: ModelTrainingRequest = {
      pipeline,
      model,
      at,
      signal: stopping.signal,
      onProgress: (stage, share) => progress.show(stage, share),
    }
    try {
      const outcome =
        files.length > 0 ? await onFiles(request, files, options.registry, progress) : await onLog(request, dataFolderOf(values))
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

async function onLog(request: ModelTrainingRequest, data: string): Promise<TrainedVersion> {
  const { version, isMet } = await trainOnFolder(request, data)
  return { version, next: isMet ? 'it scores once a run starts here' : `spillway models … promote ${version.number} lets it score` }
}

async function onFiles(
  request: ModelTrainingRequest,
  files: readonly SourceFile[],
  registry: string | undefined,
  progress: ProgressLine,
): Promise<TrainedVersion> {
  const onRead = (problems: ReadProblems): void => {
    progress.clear()
    for (const line of readProblemLines(problems)) console.error(line)
  }
  const { version, isMet } = await trainOnFiles(request, { files, registry, onRead })
  if (registry === undefined) return { version, next: 'it is not stored: add --registry DIR' }
  if (isMet) return { version, next: 'it is the champion' }
  return { version, next: `spillway models … promote ${version.number} --registry ${registry} makes it the champion` }
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
