/** `spillway train`: trains a model on the log of a data folder or on files, and compares the new version with the champion. */
import { SpillwayError } from '../../base/index.ts'
import type { Pipeline } from '../../define/index.ts'
import { trainOnFiles, trainOnFolder, type ModelTrainingRequest } from '../../operate/index.ts'
import type { SourceFile } from '../../replay/index.ts'
import { columnOption, columnOptions, mappedFiles } from '../command/column-mapping.ts'
import { defineCommand, UsageError } from '../command/command.ts'
import { emitCommandJob } from '../command/lineage-job.ts'
import { DEFAULT_DATA_FOLDER, dataOption } from '../command/data-folder.ts'
import { type ProgressLine, withProgress } from '../command/progress.ts'
import { checkSourceFiles, historyFiles, historyOption, parseTime, expectNoArguments } from '../command/arguments.ts'
import { type ReadProblems, readProblemLines } from '../command/text-format.ts'
import { untilSignal } from '../command/until-signal.ts'
import { trainedText, type TrainedVersion } from './version-text.ts'

/** The command `spillway train`. */
export const trainCommand = defineCommand({
  name: 'train',
  task: 'Train',
  takesPipeline: true,
  usage: '[--model NAME] [--source NAME=FILE… [--registry DIR]]',
  summary: 'train a model now; compares it with the champion and applies its promotion rule',
  options: {
    model: { value: 'NAME', help: 'the model [default: the only trained model]' },
    source: historyOption,
    column: columnOption,
    data: {
      ...dataOption,
      unless: ['source'],
      help: `without --source, train on the log of this data folder while no run holds it [default: ${DEFAULT_DATA_FOLDER}]`,
    },
    registry: { value: 'DIR', help: 'with --source: store the version in this folder [default: do not store it]' },
    'as-of': { value: 'TIME', help: 'train on events that had arrived by this time [default: the end of the history]' },
    json: { help: 'print the version as one JSON object' },
  },
  async run({ model, registry, source, column, data, 'as-of': asOf, json = false }, positionals, project) {
    expectNoArguments(positionals, project)
    project.requirePath()
    const files = historyFiles('a training reads files or a data folder', { source, data }, project)
    const columns = columnOptions(column, files)
    if (files.length === 0 && registry !== undefined) throw new UsageError('--registry needs --source')
    const at = parseTime('--as-of', asOf)
    const pipeline = await project.importPipeline()
    checkSourceFiles(files, pipeline.ir)
    const mapped = await mappedFiles(pipeline, files, columns)
    const trained = trainedModelName(pipeline, model)
    // An external training command has a process group of its own, so the terminal's signals do not reach it.
    const usesCommand = pipeline.ir.models.some(({ name, train }) => name === trained && typeof train?.algorithm === 'object')
    const stopped = usesCommand ? untilSignal() : undefined
    try {
      return await withProgress(async progress => {
        const request: ModelTrainingRequest = {
          pipeline,
          model: trained,
          at,
          signal: stopped?.signal ?? new AbortController().signal,
          onProgress: progress.show,
        }
        const outcome = await (files.length > 0
          ? emitCommandJob({ pipeline, project, data: registry ?? '.', jobOf: jobs => jobs.training(trained) }, () =>
              onFiles(request, mapped, registry, progress),
            )
          : onLog(request, data ?? DEFAULT_DATA_FOLDER))
        progress.clear()
        console.log(json ? JSON.stringify(outcome.version) : trainedText(outcome))
        return 0
      })
    } finally {
      stopped?.forget()
    }
  },
})

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
