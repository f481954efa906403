/** `spillway reconcile`: recomputes recorded decisions in SQL over the same log and explains every mismatch. A run may hold the folder. */
import { withFolder } from '../../operate/index.ts'
import { UsageError, type Command } from '../command/command.ts'
import { dataFolderOf, dataOption } from '../command/data-option.ts'
import { importPipeline } from '../command/pipeline-file.ts'
import { ProgressLine } from '../command/progress.ts'
import { DEFAULT_LAST, listReconciliations, showReconciliation } from './reconcile-ledger.ts'
import { reconcileText } from './reconcile-text.ts'
import { repairCommand } from './repair.ts'
import { parseTime } from '../command/time-text.ts'
import { printEach } from '../command/print.ts'

interface Request {
  readonly path: string
  readonly model: string | undefined
  readonly since: number | undefined
  readonly limit: number | undefined
  readonly repair: boolean
  readonly yes: boolean
  readonly json: boolean
}

/** The command `spillway reconcile`. */
export const reconcileCommand: Command = {
  name: 'reconcile',
  usage: 'PIPELINE | list | show NUMBER',
  summary: 'recompute recorded feature vectors in SQL, as of their decisions and as of today, explain every mismatch, and repair faults',
  options: {
    model: { type: 'string', value: 'NAME', help: 'only decisions of this model' },
    since: { type: 'string', value: 'TIME', help: 'only decisions from this time on: 2026-01-01T00:00Z, or UTC milliseconds' },
    limit: { type: 'string', value: 'N', help: 'at most the first N decisions of each model' },
    repair: {
      type: 'boolean',
      help: 'print the repair plan, and with --yes execute it; recorded decisions and sent effects stay unchanged',
    },
    yes: { type: 'boolean', help: 'execute the plan of --repair; no run may hold the folder' },
    last: { type: 'string', value: 'N', help: `list: the number of newest reconciliations (default ${DEFAULT_LAST})` },
    data: dataOption,
    json: { type: 'boolean', help: 'print one JSON object, and nothing else' },
  },
  async run(values, positionals) {
    if (positionals[0] === 'list') return listReconciliations(values, positionals.slice(1))
    if (positionals[0] === 'show') return showReconciliation(values, positionals.slice(1))
    const { path, json, repair, yes, ...filter } = requestOf(values, positionals)
    const pipeline = await importPipeline(path)
    const progress = new ProgressLine()
    const onProgress = (stage: string, share: number): void => progress.show(stage, share)
    if (repair) return repairCommand(pipeline, dataFolderOf(values), { json, yes, onProgress, onStageEnd: () => progress.clear() })
    const report = await withFolder(dataFolderOf(values), folder => folder.reconcile(pipeline, { ...filter, onProgress }))
    progress.clear()
    printEach([report], { json, textOf: reconcileText })
    return report.sound ? 0 : 1
  },
}

/** Throws `UsageError`. */
function requestOf(values: Readonly<Record<string, unknown>>, [path, ...extra]: readonly string[]): Request {
  if (path === undefined) throw new UsageError('name the pipeline file')
  if (extra.length > 0) throw new UsageError(`expected one pipeline file, but also got ${extra.join(', ')}`)
  const { model, since, limit } = values as { readonly [name: string]: string | undefined }
  const { repair = false, yes = false, json = false } = values as { readonly [name: string]: boolean | undefined }
  if (yes && !repair) throw new UsageError('--yes needs --repair')
  if (repair && (model !== undefined || since !== undefined || limit !== undefined))
    throw new UsageError('--repair covers all decisions: leave out --model, --since and --limit')
  if (values['last'] !== undefined) throw new UsageError('--last is for reconcile list')
  if (limit !== undefined && !/^\d{1,15}$/.test(limit)) throw new UsageError(`--limit ${limit} is not a whole number`)
  return {
    path,
    model,
    since: since === undefined ? undefined : parseTime('--since', since),
    limit: limit === undefined ? undefined : Number(limit),
    repair,
    yes,
    json,
  }
}
