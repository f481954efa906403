/** `spillway training-set`: writes a point-in-time join, or the feature vectors of decisions, as Parquet with a manifest. */
import { lookInto } from '../../log/sqlite/data-folder.ts'
import type { LabelCount } from '../../replay/labelled-set.ts'
import type { TrainingManifest } from '../../replay/training-manifest.ts'
import type { Command } from '../command/command.ts'
import { DATA_DEFAULT, dataOption } from '../command/data-option.ts'
import { importPipeline } from '../command/pipeline-file.ts'
import { Progress } from '../command/progress.ts'
import { checkSourceFiles } from '../command/source-files-option.ts'
import { troubleLines } from '../command/replay-summary.ts'
import { counted, number } from '../command/text-format.ts'
import { timeText } from '../command/time-text.ts'
import { decidedSet, rowsSet, type Made, type Making } from './training-set-builder.ts'
import { requestOf, TIME, type TrainingRequest } from './training-set-request.ts'

export const trainingSetCommand: Command = {
  name: 'training-set',
  usage: 'PIPELINE --rows FILE --out DIR [--source NAME=FILE…]',
  summary: 'what was known of keys at moments, by arrival, as Parquet with a manifest',
  options: {
    rows: { type: 'string', value: 'FILE', help: 'keys and times, a row each: Parquet, CSV or NDJSON, plain or gzip' },
    time: { type: 'string', value: 'COLUMN', help: `the column of --rows with the time of each row: '${TIME}' unless given` },
    decisions: { type: 'boolean', help: 'instead of --rows: the decisions that --model has made, with the vectors that it had' },
    labels: { type: 'boolean', help: 'with --decisions: what came of each, true, false or NULL' },
    'as-of': { type: 'string', value: 'TIME', help: 'labels as they were known then: at the end of the history unless given' },
    settled: { type: 'boolean', help: 'only decisions whose label is known and old enough that all would be' },
    source: { type: 'string', multiple: true, value: 'NAME=FILE', help: 'a file of a source, as of replay; repeat for more' },
    data: { ...dataOption, help: `without --source, the log of this data folder: ${DATA_DEFAULT} unless given` },
    model: { type: 'string', value: 'NAME', help: 'the inputs of this model; a row has the fields of its trigger that they refer to' },
    groups: { type: 'string', value: 'A,B.F', help: 'the features of these groups, or single ones; a row has a column for each entity' },
    sample: { type: 'string', value: 'SHARE', help: 'of this share of all keys, 0.1, each with all of its rows' },
    seed: { type: 'string', value: 'N', help: 'another sample: 0 unless given' },
    out: { type: 'string', value: 'DIR', help: 'the folder for rows.parquet and manifest.json' },
    json: { type: 'boolean', help: 'print the manifest as one JSON object, and nothing else' },
  },
  async run(values, positionals) {
    const request = requestOf(values, positionals)
    const pipeline = await importPipeline(request.path)
    checkSourceFiles(request.files, pipeline.ir)
    const progress = new Progress()
    try {
      const job: Making = { pipeline, request, onProgress: (stage, share) => progress.show(stage, share) }
      const result = request.files.length > 0 ? await build(job) : await lookInto(request.data, reader => build({ ...job, reader }))
      progress.done()
      console.log(request.json ? JSON.stringify(result.manifest) : textOf(request, result))
      return 0
    } finally {
      progress.done()
    }
  },
}

const build = (job: Making): Promise<Made> => (job.request.rows ? rowsSet(job) : decidedSet(job))

function textOf({ out }: TrainingRequest, { manifest, refused, warnings }: Made): string {
  const { rows, columns, sha256, cut, of, sample, labels } = manifest
  return [
    `${counted(rows, 'row')} of ${counted(columns.length, 'column')} in ${out}, sha256 ${sha256}`,
    ...cut.map(
      ({ source, events, lastArrival }) =>
        `  ${source}: ${counted(events, 'event')}${lastArrival === null ? '' : `, the last arrived at ${timeText(lastArrival)}`}`,
    ),
    ...(sample ? [`  keys '${sample.key}': a share of ${sample.share}, seed ${sample.seed}`] : []),
    ...(labels ? [labelText(labels)] : []),
    ...notesOn(of),
    ...troubleLines({ refused, warnings }),
  ].join('\n')
}

function labelText({ at, positive, negative, unknown, notEligible, late, unsettled, censored }: LabelCount): string {
  const counts = [`${number(positive)} true`, `${number(negative)} false`, `${number(unknown)} unknown`]
  const left = unsettled === undefined ? [] : [`${counted(unsettled, 'row')} left out that ${unsettled === 1 ? 'is' : 'are'} not settled`]
  const hidden = censored === undefined ? [] : [`${number(censored)} that cannot be known for what was done about them`]
  const others = [`${number(notEligible)} not eligible`, `${counted(late, 'label')} too late`, ...left, ...hidden]
  return `  labels as known at ${timeText(at)}: ${[...counts, ...others].join(', ')}`
}

function notesOn(of: TrainingManifest['of']): string[] {
  if (of.kind === 'decisions') return []
  const { before, ahead } = of
  return [
    ...(before > 0 ? [`  ${counted(before, 'row')} before the first event: nothing was known`] : []),
    ...(ahead > 0 ? [`  ${counted(ahead, 'row')} after the last event: what arrives by then is not known yet`] : []),
  ]
}
