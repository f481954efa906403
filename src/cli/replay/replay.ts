/** `spillway replay`: makes all decisions of a pipeline over history files. */
import { mkdirSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { SpillwayError } from '../../base/index.ts'
import type { ModelIR, PipelineIR } from '../../define/ir/index.ts'
import { systemError, RejectionWriter } from '../../files/index.ts'
import {
  openDecisions,
  type DecisionOutput,
  type SourceFile,
  reportName,
  writeReportFile,
  decidingModels,
  replay,
  type Replayable,
  type ReplayOptions,
  type ReplaySummary,
} from '../../replay/index.ts'
import { UsageError, type Command } from '../command/command.ts'
import { requireModel } from '../command/model-option.ts'
import { importPipeline } from '../command/pipeline-file.ts'
import { ProgressLine } from '../command/progress.ts'
import { replayThroughLog, type LoggedSummary } from '../../operate/index.ts'
import { NewestReplayedDecisions } from './newest-decisions.ts'
import { isPostgresAddress } from '../../sources/index.ts'
import { checkSourceFiles, sourceFiles } from '../command/source-files-option.ts'
import { replaySummaryText } from '../command/replay-summary.ts'
import { pluralize, formatNumber } from '../command/text-format.ts'
import { singleLineTexts, printJson, printText } from '../command/print.ts'

const SHOWN = 5

interface Request {
  readonly path: string
  readonly files: readonly SourceFile[]
  /** The data folder for `--log`; without it the replay is in memory. */
  readonly log: string | undefined
  readonly out: string | undefined
  readonly rejected: string | undefined
  /** The folder that reports are written to. */
  readonly reports: string | undefined
  readonly models: readonly string[] | undefined
  readonly show: number
  readonly json: boolean
}

/** The command `spillway replay`. */
export const replayCommand: Command = {
  name: 'replay',
  usage: 'PIPELINE --source NAME=FILE…',
  summary: 'make all decisions of a pipeline over history files, as they would have been made at the time',
  options: {
    source: {
      type: 'string',
      multiple: true,
      value: 'NAME=FILE',
      help: 'a file of a source: NDJSON, CSV or Parquet, plain or gzip; may be repeated',
    },
    log: {
      type: 'string',
      value: 'DIR',
      help: 'import into the durable log of this data folder, where a run can continue (default: in memory)',
    },
    out: { type: 'string', value: 'FILE', help: 'write the decisions with their feature vectors: .ndjson, .ndjson.gz or .parquet' },
    rejected: { type: 'string', value: 'FILE', help: 'write the rejected records with their reasons: .ndjson or .ndjson.gz' },
    reports: { type: 'string', value: 'DIR', help: 'write the reports of all scheduled times to files in DIR/NAME' },
    model: { type: 'string', multiple: true, value: 'NAME', help: 'only the decisions of this model; may be repeated' },
    show: { type: 'string', value: 'N', help: `the number of newest decisions of each model to print (default ${SHOWN})` },
    json: { type: 'boolean', help: 'print one JSON object with the counts, and nothing else' },
  },
  async run(values, positionals) {
    const request = requestOf(values, positionals)
    const pipeline = await importPipeline(request.path)
    checkSourceFiles(request.files, pipeline.ir)
    const models = chosenModels(pipeline.ir, request)
    const newest = new NewestReplayedDecisions(pipeline.ir, request.json ? 0 : request.show)
    const { summary, rejection } = await run(pipeline, models, request, newest)
    if (request.json) printJson(summary)
    else
      printText(
        [
          newest.text(),
          replaySummaryText(singleLineTexts(summary)),
          ...hints(singleLineTexts(summary), singleLineTexts(rejection), request),
        ]
          .filter(text => text !== '')
          .join('\n\n'),
      )
    return summary.brokenOff.length === 0 ? 0 : 1
  },
}

/** Throws `UsageError`. */
function requestOf(values: Readonly<Record<string, unknown>>, [path, ...extra]: readonly string[]): Request {
  if (path === undefined) throw new UsageError('name the pipeline file')
  if (extra.length > 0) throw new UsageError(`expected one pipeline file, but also got ${extra.join(', ')}`)
  const {
    log,
    out,
    rejected,
    reports,
    model,
    show = String(SHOWN),
    json = false,
  } = values as { [name: string]: string | undefined } & {
    model?: string[]
    json?: boolean
  }
  if (!/^\d{1,4}$/.test(show)) throw new UsageError(`--show ${show} is not a number of decisions; write 0 to 9999`)
  const files = sourceFiles((values['source'] as string[] | undefined) ?? [])
  if (files.some(({ path }) => isPostgresAddress(path)))
    throw new UsageError('a replay reads files; a table of PostgreSQL is a source of spillway run')
  for (const output of [out, rejected]) {
    const input = output === undefined ? undefined : [path, ...files.map(file => file.path)].find(file => resolve(file) === resolve(output))
    if (input !== undefined) throw new UsageError(`${output} would overwrite the input ${input}`)
  }
  if (out !== undefined && rejected !== undefined && resolve(out) === resolve(rejected))
    throw new UsageError(`--out and --rejected are both ${out}`)
  if (reports !== undefined && log !== undefined)
    throw new UsageError('--reports cannot be used with --log; for a data folder use spillway reports')
  return { path, files, log, out, rejected, reports, models: model, show: Number(show), json }
}

function chosenModels(ir: PipelineIR, { models: names, reports }: Request): readonly ModelIR[] {
  if (ir.models.length === 0 && reports === undefined)
    throw new SpillwayError('SPILL_INPUT', `pipeline '${ir.name}' has no model, so it makes no decisions`)
  for (const name of names ?? []) requireModel(ir, name)
  return decidingModels(ir, names)
}

interface ReplayResult {
  readonly summary: ReplaySummary & Partial<Pick<LoggedSummary, 'log'>>
  /** Place and reason of the first rejected record. */
  readonly rejection: string | undefined
}

/** Replays into the requested output files. They are complete when it resolves, and closed on a failure too. */
async function run(
  pipeline: Replayable,
  models: readonly ModelIR[],
  request: Request,
  newest: NewestReplayedDecisions,
): Promise<ReplayResult> {
  const { files, log, out, rejected, reports } = request
  const output: DecisionOutput | undefined = out === undefined ? undefined : openDecisions(out, pipeline.ir, models)
  const progress = new ProgressLine()
  let rejections: RejectionWriter | undefined
  let rejection: string | undefined
  try {
    rejections = rejected === undefined ? undefined : new RejectionWriter(rejected)
    const options: ReplayOptions = {
      files,
      models: models.map(model => model.name),
      async onDecisions(batch, log) {
        newest.add(batch, log)
        await output?.write(batch, log)
      },
      ...(reports !== undefined && { onReport: reportsInto(reports, pipeline.ir) }),
      onRejected(rejected) {
        rejection ??= `${rejected.place}: ${rejected.detail}`
        rejections?.write(rejected)
      },
      onProgress: (stage, share) => progress.show(stage, share),
    }
    const summary = log === undefined ? await replay(pipeline, options) : await replayThroughLog(pipeline, log, options)
    if (out !== undefined) progress.show(`writing ${out}`, 1)
    await output?.close()
    return { summary, rejection }
  } catch (error) {
    await output?.discard()
    throw error
  } finally {
    rejections?.close()
    progress.clear()
  }
}

/** Writes reports into files in `folder`. Throws `SPILL_INPUT` if the pipeline has no report. */
function reportsInto(folder: string, { name: pipeline, reports = [] }: PipelineIR): NonNullable<ReplayOptions['onReport']> {
  if (reports.length === 0) throw new SpillwayError('SPILL_INPUT', `pipeline '${pipeline}' has no report; leave --reports out`)
  return async (report, table) => {
    const path = join(folder, report.name, reportName(report, table.t))
    makeFolder(dirname(path))
    await writeReportFile(path, table)
  }
}

function makeFolder(path: string): void {
  try {
    mkdirSync(path, { recursive: true })
  } catch (error) {
    throw systemError(path, error)
  }
}

/** Hints about the outputs and the rejected records. */
function hints(
  { sources, undecodable, log, reports: summaries = [] }: ReplayResult['summary'],
  rejection: string | undefined,
  { out, rejected, reports }: Request,
): string[] {
  const count = sources.reduce((sum, source) => sum + Object.values(source.rejected).reduce((a, b) => a + b, 0), undecodable)
  const hint = rejected === undefined ? 'add --rejected rejected.ndjson to keep them, with their reasons' : `they are in ${rejected}`
  return [
    ...(log === undefined ? [] : [logText(log)]),
    ...(out === undefined ? [] : [`Decisions are in ${out}.`]),
    ...(reports === undefined ? [] : [`Reports are in ${summaries.map(({ report }) => join(reports, report)).join(', ')}.`]),
    ...(rejection === undefined ? [] : [`${pluralize(count, 'record')} rejected: ${hint}. The first:\n  ${rejection}`]),
  ]
}

function logText({ folder, first, end, found }: LoggedSummary['log']): string {
  const compared = found === 0 ? '' : ` An earlier import was interrupted; its ${formatNumber(found)} entries match.`
  return `Entries ${formatNumber(first)} to ${formatNumber(end)} of the log in ${folder}: \`spillway run\` with --data ${folder} continues there.${compared}`
}
