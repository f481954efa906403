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
  type DecisionBatch,
  decisionRecords,
  type DecisionRecord,
  type ReplayLog,
} from '../../replay/index.ts'
import { defineCommand, UsageError } from '../command/command.ts'
import { columnOption, columnOptions, mappedFiles } from '../command/column-mapping.ts'
import { requireModel } from '../command/pipeline-file.ts'
import { ProgressLine } from '../command/progress.ts'
import { replayThroughLog, type LoggedSummary } from '../../operate/index.ts'
import { checkSourceFiles, historyFiles, historyOption, expectNoArguments } from '../command/arguments.ts'
import { replaySummaryText } from './replay-summary.ts'
import { pluralize, formatNumber, decisionText, presentLines } from '../command/text-format.ts'
import { singleLineTexts, printJson, printText } from '../command/print.ts'

const SHOWN = 5

/** The command `spillway replay`. */
export const replayCommand = defineCommand({
  name: 'replay',
  task: 'Develop',
  takesPipeline: true,
  usage: '[--source NAME=FILE…]',
  summary: 'make all decisions of a pipeline over history files, as they would have been made at the time',
  options: {
    source: historyOption,
    column: columnOption,
    log: {
      value: 'DIR',
      help: 'import into the durable log of this data folder, where a run can continue [default: in memory]',
    },
    out: { value: 'FILE', help: 'write the decisions with their feature vectors: .ndjson, .ndjson.gz or .parquet' },
    rejected: { value: 'FILE', help: 'write the rejected records with their reasons: .ndjson or .ndjson.gz' },
    reports: { value: 'DIR', help: 'write the reports of all scheduled times to files in DIR/NAME' },
    model: { multiple: true, value: 'NAME', help: 'only the decisions of this model; may be repeated' },
    show: { value: 'N', help: `the number of newest decisions of each model to print [default: ${SHOWN}]` },
    json: { help: 'print one JSON object with the counts, and nothing else' },
  },
  async run({ show = String(SHOWN), source, column, model: names, json = false, ...outputs }, positionals, project) {
    expectNoArguments(positionals, project)
    const path = project.requirePath()
    if (!/^\d{1,4}$/.test(show)) throw new UsageError(`--show ${show} is not a number of decisions; write 0 to 9999`)
    const files = historyFiles('a replay reads files', { source }, project)
    const columns = columnOptions(column, files)
    checkOutputs(outputs, [path, ...files.map(file => file.path)])
    const pipeline = await project.importPipeline()
    checkSourceFiles(files, pipeline.ir)
    if (columns.length > 0 && outputs.log !== undefined)
      throw new SpillwayError(
        'SPILL_UNSUPPORTED',
        'an import (--log) cannot rename columns; rename them in the files, or with map in the source',
      )
    const models = chosenModels(pipeline.ir, names, outputs)
    const newest = newestDecisions(pipeline.ir, json ? 0 : Number(show))
    const { summary, rejection } = await run(pipeline, models, { ...outputs, files: await mappedFiles(pipeline, files, columns) }, newest)
    const shown = singleLineTexts(summary)
    if (json) printJson(summary)
    else
      printText(
        [newest.text(), replaySummaryText(shown), ...hints(shown, singleLineTexts(rejection), outputs)]
          .filter(text => text !== '')
          .join('\n\n'),
      )
    return summary.brokenOff.length === 0 ? 0 : 1
  },
})

/** The outputs of a replay. */
interface ReplayOutputs {
  /** The data folder of `--log`; without it the replay is in memory. */
  readonly log?: string
  readonly out?: string
  readonly rejected?: string
  /** The folder that reports are written to. */
  readonly reports?: string
}

/** Throws `UsageError`. */
function checkOutputs({ log, out, rejected, reports }: ReplayOutputs, inputs: readonly string[]): void {
  for (const output of [out, rejected]) {
    const input = output === undefined ? undefined : inputs.find(file => resolve(file) === resolve(output))
    if (input !== undefined) throw new UsageError(`${output} would overwrite the input ${input}`)
  }
  if (out !== undefined && rejected !== undefined && resolve(out) === resolve(rejected))
    throw new UsageError(`--out and --rejected are both ${out}`)
  if (reports !== undefined && log !== undefined)
    throw new UsageError('--reports cannot be used with --log; for a data folder use spillway reports')
}

function chosenModels(ir: PipelineIR, names: readonly string[] | undefined, { reports }: ReplayOutputs): readonly ModelIR[] {
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
  { files, log, out, rejected, reports }: ReplayOutputs & { readonly files: readonly SourceFile[] },
  newest: ReturnType<typeof newestDecisions>,
): Promise<ReplayResult> {
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
      onProgress: progress.show,
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
  { out, rejected, reports }: ReplayOutputs,
): string[] {
  const count = sources.reduce((sum, source) => sum + Object.values(source.rejected).reduce((a, b) => a + b, 0), undecodable)
  const hint = rejected === undefined ? 'add --rejected rejected.ndjson to keep them, with their reasons' : `they are in ${rejected}`
  return presentLines(
    log && logText(log),
    out !== undefined && `Decisions are in ${out}.`,
    reports !== undefined && `Reports are in ${summaries.map(({ report }) => join(reports, report)).join(', ')}.`,
    rejection !== undefined && `${pluralize(count, 'record')} rejected: ${hint}. The first:\n  ${rejection}`,
  )
}

function logText({ folder, first, end, found }: LoggedSummary['log']): string {
  const compared = found === 0 ? '' : ` An earlier import was interrupted; its ${formatNumber(found)} entries match.`
  return `Entries ${formatNumber(first)} to ${formatNumber(end)} of the log in ${folder}: \`spillway run\` with --data ${folder} continues there.${compared}`
}

/** Keeps the `count` newest decisions of each model. Memory: `count` records per model. */
function newestDecisions(ir: PipelineIR, count: number) {
  const byModel = new Map<string, DecisionRecord[]>()
  return {
    add(batch: DecisionBatch, log: Pick<ReplayLog, 'strings'>): void {
      const recordOf = decisionRecords(ir, batch.model, log)
      const from = Math.max(0, batch.length - count)
      const records = Array.from({ length: batch.length - from }, (_, i) => recordOf(batch, from + i))
      const all = [...(byModel.get(batch.model.name) ?? []), ...records]
      byModel.set(batch.model.name, all.slice(Math.max(0, all.length - count)))
    },
    /** The decisions as text, separated by empty lines. */
    text: (): string =>
      [...byModel.values()]
        .flat()
        .map(decision => decisionText(singleLineTexts(decision)))
        .join('\n\n'),
  }
}
