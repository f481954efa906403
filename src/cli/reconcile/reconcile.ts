/** `spillway reconcile`: recomputes recorded decisions in SQL over the same log and explains every mismatch. A run may hold the folder. */
import { withFolder } from '../../operate/index.ts'
import { defineCommand, type OptionSpecs, type OptionValues, UsageError } from '../command/command.ts'
import { emitCommandJob } from '../command/lineage-job.ts'
import { dataFolderOf, dataOption } from '../command/data-folder.ts'
import { ProgressLine } from '../command/progress.ts'
import { reconcileSource } from './reconcile-source.ts'
import { reconcileText } from './reconcile-text.ts'
import { repairCommand } from './repair.ts'
import { lastOf, lastOption, parseTime, expectNoArguments, wholeNumber } from '../command/arguments.ts'
import { printEach, printLines } from '../command/print.ts'
import { SpillwayError } from '../../base/index.ts'
import type { ReconciliationResult, ReconciliationRecord, MismatchReason } from '../../reconcile/index.ts'
import { pluralize, formatNumber, timeText } from '../command/text-format.ts'

const options = {
  model: { value: 'NAME', help: 'only decisions of this model' },
  since: { value: 'TIME', help: 'only decisions from this time on: 2026-01-01T00:00Z, or UTC milliseconds' },
  limit: { value: 'N', help: 'at most the first N decisions of each model' },
  source: {
    value: 'NAME[=kafka:TOPIC]',
    help: 'compare the recorded events of a source with its topic instead: missing, doubled, different and rejected records',
  },
  repair: { help: 'print the repair plan, and with --yes execute it; recorded decisions and sent effects stay unchanged' },
  yes: { help: 'execute the plan of --repair; no run may hold the folder' },
  last: lastOption('reconciliations', 'list: '),
  data: dataOption,
  json: { help: 'print one JSON object, and nothing else' },
} as const satisfies OptionSpecs

type Values = OptionValues<typeof options>

/** The command `spillway reconcile`. */
export const reconcileCommand = defineCommand({
  name: 'reconcile',
  task: 'Repair',
  takesPipeline: true,
  usage: '[--repair] | --source NAME[=kafka:TOPIC] | list | show NUMBER',
  summary: 'recompute recorded feature vectors in SQL, as of their decisions and as of today, explain every mismatch, and repair faults',
  options,
  async run(values, positionals, project) {
    if (positionals[0] === 'list') return listReconciliations(values, positionals.slice(1))
    if (positionals[0] === 'show') return showReconciliation(values, positionals.slice(1))
    expectNoArguments(positionals, project)
    project.requirePath()
    const { source, model, since, limit, repair = false, yes = false, last, json = false } = values
    if (source !== undefined) {
      checkOptions(values, ['source'], 'is not for reconcile --source')
      return reconcileSource({ source, data: dataFolderOf(values), json }, project)
    }
    if (yes && !repair) throw new UsageError('--yes needs --repair')
    if (repair && (model !== undefined || since !== undefined || limit !== undefined))
      throw new UsageError('--repair covers all decisions: leave out --model, --since and --limit')
    if (last !== undefined) throw new UsageError('--last is for reconcile list')
    const filter = {
      model,
      since: parseTime('--since', since),
      limit: limit === undefined ? undefined : wholeNumber('--limit', limit, 0),
    }
    const pipeline = await project.importPipeline()
    const data = dataFolderOf(values)
    const progress = new ProgressLine()
    if (repair) return repairCommand(pipeline, data, { json, yes, progress })
    const report = await emitCommandJob({ pipeline, project, data, jobOf: jobs => jobs.reconciliation() }, () =>
      withFolder(data, folder => folder.reconcile(pipeline, { ...filter, onProgress: progress.show })),
    )
    progress.clear()
    printEach([report], { json, textOf: reconcileText })
    return report.sound ? 0 : 1
  },
})

/** Throws `UsageError` for options of another comparison. */
function checkOptions(values: Values, allowed: readonly string[], problem = 'is an option of spillway reconcile PIPELINE'): void {
  const stray = Object.keys(values).find(name => !['data', 'json', ...allowed].includes(name))
  if (stray !== undefined) throw new UsageError(`--${stray} ${problem}`)
}

/** `reconcile list`: the results of the reconciliations of a run, from the ledger in the data folder. A run may hold it. */
function listReconciliations(values: Values, extra: readonly string[]): Promise<number> {
  checkOptions(values, ['last'])
  const { json = false } = values
  if (extra.length > 0) throw new UsageError(`reconcile list takes no arguments; to show one: reconcile show ${extra[0]}`)
  const last = lastOf(values.last)
  return withFolder(dataFolderOf(values), ({ reconciliations }) => {
    const all = reconciliations.list()
    const newest = all.slice(-last)
    printEach(newest, { json, textOf: lineOf })
    if (!json)
      printLines(
        newest.length === 0
          ? 'No reconciliations: run --reconcile makes them.'
          : `${pluralize(newest.length, 'reconciliation')} of ${all.length}.`,
      )
    return 0
  })
}

/** `reconcile show`. */
function showReconciliation(values: Values, [text, ...extra]: readonly string[]): Promise<number> {
  checkOptions(values, [])
  if (text === undefined || extra.length > 0 || !/^[1-9]\d*$/.test(text))
    throw new UsageError('name the number of one reconciliation: reconcile show 12')
  return withFolder(dataFolderOf(values), ({ reconciliations }) => {
    const reconciliation = reconciliations.byNumber(Number(text))
    if (!reconciliation)
      throw new SpillwayError('SPILL_NOT_FOUND', `there is no reconciliation ${text}; spillway reconcile list lists them`)
    const textOf = (entry: typeof reconciliation): string =>
      entry.report ? `${lineOf(entry)}\n\n${reconcileText(entry.report)}` : lineOf(entry)
    printEach([reconciliation], { json: values.json === true, textOf })
    return 0
  })
}

function lineOf({ number: which, began, state, error, done }: ReconciliationRecord): string {
  return `${which}  [${state}, began ${timeText(began)}${done ? `, ${done.seconds.toFixed(1)} s` : ''}]${done ? `  ${resultText(done)}` : ''}${error === undefined ? '' : `\n  ${error}`}`
}

function resultText({ decisions, values, reasons, sound }: ReconciliationResult): string {
  const reasonCounts = (counts: Readonly<Partial<Record<MismatchReason, number>>>) =>
    Object.entries(counts)
      .map(([reason, count]) => `${reason} ${formatNumber(count)}`)
      .join(', ')
  const differences = [
    reasonCounts(reasons.recorded) && `as recorded: ${reasonCounts(reasons.recorded)}`,
    reasonCounts(reasons.corrected) && `today: ${reasonCounts(reasons.corrected)}`,
  ].filter(Boolean)
  return [`${pluralize(decisions, 'decision')}, ${pluralize(values, 'value')}${sound ? '' : ', NOT SOUND'}`, ...differences].join('; ')
}
