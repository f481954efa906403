/** `spillway training-set`: writes a point-in-time join, or the feature vectors of decisions, as Parquet with a manifest. */
import { resolve } from 'node:path'
import { SpillwayError } from '../../base/index.ts'
import type { PipelineIR } from '../../define/ir/index.ts'
import { type BuiltTrainingSet, buildTrainingSet, type TrainingSetRequest } from '../../operate/index.ts'
import type { KeySample, LabelCount, TrainingManifest } from '../../replay/index.ts'
import { checkSourceFiles, historyFiles, historyOption, parseTime, expectNoArguments, wholeNumber } from '../command/arguments.ts'
import { columnOption, columnOptions, mappedFiles } from '../command/column-mapping.ts'
import { defineCommand, type OptionSpecs, type OptionValues, type Project, UsageError } from '../command/command.ts'
import { DEFAULT_DATA_FOLDER, dataOption } from '../command/data-folder.ts'
import { withProgress } from '../command/progress.ts'
import { formatNumber, joinLines, pluralize, presentLines, readProblemLines, timeText } from '../command/text-format.ts'

/** Default name of the time column of `--rows`. */
const DEFAULT_TIME_COLUMN = 't'
const SEED_MAX = 999_999_999

const options = {
  rows: { value: 'FILE', help: 'rows of keys and times: Parquet, CSV or NDJSON, plain or gzip' },
  time: { value: 'COLUMN', help: `the time column of --rows [default: ${DEFAULT_TIME_COLUMN}]` },
  decisions: { help: 'instead of --rows: the decisions of --model, with their feature vectors' },
  labels: { help: 'with --decisions: add the label of each decision, true, false or NULL' },
  'as-of': { value: 'TIME', help: 'labels as known at this time [default: the end of the history]' },
  settled: { help: 'only decisions whose label is settled' },
  source: historyOption,
  column: columnOption,
  data: { ...dataOption, unless: ['source'], help: `without --source, read the log of this data folder [default: ${DEFAULT_DATA_FOLDER}]` },
  model: { value: 'NAME', help: 'columns: the inputs of this model; rows need the trigger fields that the inputs read' },
  groups: { value: 'A,B.F', help: 'columns: the features of these groups, or single features; rows need a column for each entity' },
  sample: { value: 'SHARE', help: 'sample this share of the keys, such as 0.1, with all rows of each key' },
  seed: { value: 'N', help: 'the seed of the sample [default: 0]' },
  out: { value: 'DIR', help: 'the folder for rows.parquet and manifest.json' },
  json: { help: 'print the manifest as one JSON object, and nothing else' },
} as const satisfies OptionSpecs

type Values = OptionValues<typeof options>

/** The command `spillway training-set`. */
export const trainingSetCommand = defineCommand({
  name: 'training-set',
  task: 'Train',
  takesPipeline: true,
  usage: '--rows FILE --out DIR [--source NAME=FILE…]',
  summary: 'write a training set as Parquet with a manifest: a point-in-time join, or the feature vectors of decisions',
  options,
  async run(values, positionals, project) {
    expectNoArguments(positionals, project)
    const path = project.requirePath()
    const columnsOf = columnsIn(values)
    const withoutColumns = requestOf(values, path, project)
    const pipeline = await project.importPipeline()
    checkSourceFiles(withoutColumns.files, pipeline.ir)
    const files = await mappedFiles(pipeline, withoutColumns.files, columnOptions(values.column, withoutColumns.files))
    const request: TrainingSetRequest = { ...withoutColumns, files, columns: columnsOf(pipeline.ir) }
    return withProgress(async progress => {
      const result = await buildTrainingSet(pipeline, request, progress.show)
      progress.clear()
      console.log(values.json ? JSON.stringify(result.manifest) : textOf(request, result))
      return 0
    })
  },
})

/** The request without its columns, which follow with the pipeline. Throws `UsageError`. */
function requestOf(values: Values, pipeline: string, project: Pick<Project, 'places'>) {
  const { rows, time, data, out, decisions = false } = values
  if (out === undefined) throw new UsageError('--out DIR is required: the folder of the training set')
  if (decisions && (rows !== undefined || time !== undefined || values.groups !== undefined))
    throw new UsageError('--decisions takes the vectors that --model had: leave --rows, --time and --groups out')
  if (!decisions && rows === undefined) throw new UsageError('add --rows FILE with keys and times, or --decisions')
  const files = historyFiles('a training set is made from files or a data folder', values, project)
  const input = [pipeline, rows, ...files.map(file => file.path)].find(file => file !== undefined && resolve(file) === resolve(out))
  if (input !== undefined) throw new UsageError(`--out ${out} would overwrite the input ${input}`)
  return {
    files,
    data: data ?? DEFAULT_DATA_FOLDER,
    out,
    rows: rows === undefined ? undefined : { path: rows, time: time ?? DEFAULT_TIME_COLUMN },
    sample: sampleOf(values),
    labels: labelsOf(values),
  }
}

function labelsOf({ decisions = false, labels = false, settled = false, 'as-of': asOf }: Values): TrainingSetRequest['labels'] {
  if (!labels && (settled || asOf !== undefined)) throw new UsageError('--settled and --as-of need --labels')
  if (labels && !decisions) throw new UsageError('--labels needs --decisions; rows of keys and times have no labels')
  return labels ? { at: parseTime('--as-of', asOf), isSettled: settled } : undefined
}

function sampleOf({ sample: share, seed }: Values): KeySample | undefined {
  if (share === undefined) {
    if (seed !== undefined) throw new UsageError('--seed needs --sample SHARE')
    return undefined
  }
  const part = Number(share)
  if (!/^\d*\.?\d+$/.test(share) || !(part > 0 && part <= 1))
    throw new UsageError(`--sample ${share} is not a share; write 0.1 for a tenth of all keys`)
  return { share: part, seed: wholeNumber('--seed', seed ?? '0', 0, SEED_MAX) }
}

/**
 * The columns of the training set, by pipeline. Throws `UsageError`; the function throws `SPILL_INPUT` where the pipeline has several models
 * or none, and the options name none.
 */
function columnsIn({ model, groups }: Values): (ir: PipelineIR) => TrainingSetRequest['columns'] {
  if (model !== undefined && groups !== undefined) throw new UsageError('use --model or --groups, not both')
  return ({ name: pipeline, models }) => {
    if (groups !== undefined) return { groups: groups.split(',').map(name => name.trim()) }
    if (model !== undefined) return { model }
    if (models.length === 1) return { model: models[0].name }
    const names = models.length > 0 ? `--model with one of ${models.map(({ name }) => name).join(', ')}, or ` : ''
    throw new SpillwayError('SPILL_INPUT', `pipeline '${pipeline}' has ${pluralize(models.length, 'model')}; add ${names}--groups`)
  }
}

function textOf({ out }: TrainingSetRequest, { manifest, rejected, warnings, otherInputs }: BuiltTrainingSet): string {
  const { rows, columns, sha256, cut, of, sample, labels } = manifest
  return joinLines(
    `${pluralize(rows, 'row')} of ${pluralize(columns.length, 'column')} in ${out}, sha256 ${sha256}`,
    cut.map(
      ({ source, events, lastArrival }) =>
        `  ${source}: ${pluralize(events, 'event')}${lastArrival === null ? '' : `, the last arrived at ${timeText(lastArrival)}`}`,
    ),
    sample && `  keys '${sample.key}': a share of ${sample.share}, seed ${sample.seed}`,
    labels && labelText(labels),
    notesOn(of),
    readProblemLines({ rejected, warnings: [...warnings, ...otherInputsText(of, otherInputs)] }),
  )
}

function labelText({ at, positive, negative, unknown, notEligible, late, unsettled, censored }: LabelCount): string {
  const counts = presentLines(
    `${formatNumber(positive)} true`,
    `${formatNumber(negative)} false`,
    `${formatNumber(unknown)} unknown`,
    `${formatNumber(notEligible)} not eligible`,
    `${pluralize(late, 'label')} too late`,
    unsettled !== undefined && `${pluralize(unsettled, 'row')} left out that ${unsettled === 1 ? 'is' : 'are'} not settled`,
    censored !== undefined && `${formatNumber(censored)} hidden by an action`,
  )
  return `  labels as known at ${timeText(at)}: ${counts.join(', ')}`
}

const otherInputsText = (of: TrainingManifest['of'], decisions: number): string[] =>
  of.kind === 'decisions' && decisions > 0
    ? [`${pluralize(decisions, 'decision')} by a version of '${of.model}' with different inputs left out`]
    : []

function notesOn(of: TrainingManifest['of']): string[] {
  if (of.kind === 'decisions') return []
  const { before, ahead } = of
  return presentLines(
    before > 0 && `  ${pluralize(before, 'row')} before the first event: nothing was visible`,
    ahead > 0 && `  ${pluralize(ahead, 'row')} after the last event: later events are not known yet`,
  )
}
