/** `spillway training-set`: writes a point-in-time join, or the feature vectors of decisions, as Parquet with a manifest. */
import { type BuiltTrainingSet, buildTrainingSet, type TrainingSetRequest } from '../../operate/index.ts'
import type { LabelCount, TrainingManifest } from '../../replay/index.ts'
import type { Command } from '../command/command.ts'
import { DEFAULT_DATA_FOLDER, dataOption } from '../command/data-option.ts'
import { importPipeline } from '../command/pipeline-file.ts'
import { ProgressLine } from '../command/progress.ts'
import { checkSourceFiles } from '../command/source-files-option.ts'
import { readProblemLines } from '../command/replay-summary.ts'
import { pluralize, formatNumber } from '../command/text-format.ts'
import { timeText } from '../command/time-text.ts'
import { parseTrainingSetOptions, DEFAULT_TIME_COLUMN, trainingSetColumns } from './training-set-options.ts'

/** The command `spillway training-set`. */
export const trainingSetCommand: Command = {
  name: 'training-set',
  usage: 'PIPELINE --rows FILE --out DIR [--source NAME=FILE…]',
  summary: 'write a training set as Parquet with a manifest: a point-in-time join, or the feature vectors of decisions',
  options: {
    rows: { type: 'string', value: 'FILE', help: 'rows of keys and times: Parquet, CSV or NDJSON, plain or gzip' },
    time: { type: 'string', value: 'COLUMN', help: `the time column of --rows (default ${DEFAULT_TIME_COLUMN})` },
    decisions: { type: 'boolean', help: 'instead of --rows: the decisions of --model, with their feature vectors' },
    labels: { type: 'boolean', help: 'with --decisions: add the label of each decision, true, false or NULL' },
    'as-of': { type: 'string', value: 'TIME', help: 'labels as known at this time (default: the end of the history)' },
    settled: { type: 'boolean', help: 'only decisions whose label is settled' },
    source: { type: 'string', multiple: true, value: 'NAME=FILE', help: 'a file of a source, as for replay; may be repeated' },
    data: { ...dataOption, help: `without --source, read the log of this data folder (default ${DEFAULT_DATA_FOLDER})` },
    model: { type: 'string', value: 'NAME', help: 'columns: the inputs of this model; rows need the trigger fields that the inputs read' },
    groups: {
      type: 'string',
      value: 'A,B.F',
      help: 'columns: the features of these groups, or single features; rows need a column for each entity',
    },
    sample: { type: 'string', value: 'SHARE', help: 'sample this share of the keys, such as 0.1, with all rows of each key' },
    seed: { type: 'string', value: 'N', help: 'the seed of the sample (default 0)' },
    out: { type: 'string', value: 'DIR', help: 'the folder for rows.parquet and manifest.json' },
    json: { type: 'boolean', help: 'print the manifest as one JSON object, and nothing else' },
  },
  async run(values, positionals) {
    const options = parseTrainingSetOptions(values, positionals)
    const pipeline = await importPipeline(options.path)
    checkSourceFiles(options.files, pipeline.ir)
    const request: TrainingSetRequest = { ...options, columns: trainingSetColumns(pipeline.ir, options) }
    const progress = new ProgressLine()
    try {
      const result = await buildTrainingSet(pipeline, request, (stage, share) => progress.show(stage, share))
      progress.clear()
      console.log(options.json ? JSON.stringify(result.manifest) : textOf(request, result))
      return 0
    } finally {
      progress.clear()
    }
  },
}

function textOf({ out }: TrainingSetRequest, { manifest, rejected, warnings, otherInputs }: BuiltTrainingSet): string {
  const { rows, columns, sha256, cut, of, sample, labels } = manifest
  return [
    `${pluralize(rows, 'row')} of ${pluralize(columns.length, 'column')} in ${out}, sha256 ${sha256}`,
    ...cut.map(
      ({ source, events, lastArrival }) =>
        `  ${source}: ${pluralize(events, 'event')}${lastArrival === null ? '' : `, the last arrived at ${timeText(lastArrival)}`}`,
    ),
    ...(sample ? [`  keys '${sample.key}': a share of ${sample.share}, seed ${sample.seed}`] : []),
    ...(labels ? [labelText(labels)] : []),
    ...notesOn(of),
    ...readProblemLines({ rejected, warnings: [...warnings, ...otherInputsText(of, otherInputs)] }),
  ].join('\n')
}

function labelText({ at, positive, negative, unknown, notEligible, late, unsettled, censored }: LabelCount): string {
  const counts = [`${formatNumber(positive)} true`, `${formatNumber(negative)} false`, `${formatNumber(unknown)} unknown`]
  const left = unsettled === undefined ? [] : [`${pluralize(unsettled, 'row')} left out that ${unsettled === 1 ? 'is' : 'are'} not settled`]
  const hidden = censored === undefined ? [] : [`${formatNumber(censored)} hidden by an action`]
  const others = [`${formatNumber(notEligible)} not eligible`, `${pluralize(late, 'label')} too late`, ...left, ...hidden]
  return `  labels as known at ${timeText(at)}: ${[...counts, ...others].join(', ')}`
}

const otherInputsText = (of: TrainingManifest['of'], decisions: number): string[] =>
  of.kind === 'decisions' && decisions > 0
    ? [`${pluralize(decisions, 'decision')} by a version of '${of.model}' with different inputs left out`]
    : []

function notesOn(of: TrainingManifest['of']): string[] {
  if (of.kind === 'decisions') return []
  const { before, ahead } = of
  return [
    ...(before > 0 ? [`  ${pluralize(before, 'row')} before the first event: nothing was visible`] : []),
    ...(ahead > 0 ? [`  ${pluralize(ahead, 'row')} after the last event: later events are not known yet`] : []),
  ]
}
