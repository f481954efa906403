/** `reconcile list` and `reconcile show`: results of scheduled reconciliations, from the ledger in the data folder. A run may hold it. */
import { SpillwayError } from '../../base/index.ts'
import { withFolder } from '../../operate/index.ts'
import type { ReconciliationResult, ReconciliationRecord, MismatchReason } from '../../reconcile/index.ts'
import { UsageError } from '../command/command.ts'
import { dataFolderOf } from '../command/data-option.ts'
import { reconcileText } from './reconcile-text.ts'
import { pluralize, formatNumber } from '../command/text-format.ts'
import { timeText } from '../command/time-text.ts'
import { printEach, printLines } from '../command/print.ts'

/** Default of `--last`. */
export const DEFAULT_LAST = 20

type Values = Readonly<Record<string, unknown>>

/** Throws `UsageError` for options of the comparison. */
function checkOptions(values: Values, allowed: readonly string[]): void {
  const others = Object.keys(values).filter(name => !['data', 'json', ...allowed].includes(name))
  if (others.length > 0) throw new UsageError(`--${others[0]} is an option of spillway reconcile PIPELINE`)
}

/** `reconcile list`. */
export function listReconciliations(values: Values, extra: readonly string[]): Promise<number> {
  checkOptions(values, ['last'])
  const { last, json = false } = values as { last?: string; json?: boolean }
  if (extra.length > 0) throw new UsageError(`reconcile list takes no arguments; to show one: reconcile show ${extra[0]}`)
  if (last !== undefined && !/^[1-9]\d*$/.test(last)) throw new UsageError(`--last ${last} is not a whole number from 1`)
  return withFolder(dataFolderOf(values), ({ reconciliations }) => {
    const all = reconciliations.list()
    const newest = all.slice(-Number(last ?? DEFAULT_LAST))
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
export function showReconciliation(values: Values, [text, ...extra]: readonly string[]): Promise<number> {
  checkOptions(values, [])
  const { json = false } = values as { json?: boolean }
  if (text === undefined || extra.length > 0 || !/^[1-9]\d*$/.test(text))
    throw new UsageError('name the number of one reconciliation: reconcile show 12')
  return withFolder(dataFolderOf(values), ({ reconciliations }) => {
    const reconciliation = reconciliations.byNumber(Number(text))
    if (!reconciliation)
      throw new SpillwayError('SPILL_NOT_FOUND', `there is no reconciliation ${text}; spillway reconcile list lists them`)
    const textOf = (entry: typeof reconciliation): string =>
      entry.report ? `${lineOf(entry)}\n\n${reconcileText(entry.report)}` : lineOf(entry)
    printEach([reconciliation], { json, textOf })
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
