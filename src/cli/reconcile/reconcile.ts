/** `spillway reconcile`: recomputes recorded decisions in SQL over the same log and explains every mismatch. A run may hold the folder. */
import { lookInto } from '../../log/sqlite/data-folder.ts'
import { reconcile } from '../../reconcile/reconcile.ts'
import { UsageError, type Command } from '../command/command.ts'
import { dataOf, dataOption } from '../command/data-option.ts'
import { importPipeline } from '../command/pipeline-file.ts'
import { Progress } from '../command/progress.ts'
import { LAST, listed, shown } from './reconcile-ledger.ts'
import { reconcileText } from './reconcile-text.ts'
import { repaired } from './repair.ts'
import { momentOf } from '../command/time-text.ts'
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

export const reconcileCommand: Command = {
  name: 'reconcile',
  usage: 'PIPELINE | list | show NUMBER',
  summary:
    'compute recorded vectors again in SQL, as they were known and as they are known today, say why any is another, and repair what can be',
  options: {
    model: { type: 'string', value: 'NAME', help: 'only decisions of this model' },
    since: { type: 'string', value: 'MOMENT', help: 'only decisions from here on: 2026-01-01T00:00Z, or UTC milliseconds' },
    limit: { type: 'string', value: 'N', help: 'of each model at most so many decisions, the first ones' },
    repair: {
      type: 'boolean',
      help: 'say what would be mended and how, with --yes do it; nothing that was recorded or sent is made again',
    },
    yes: { type: 'boolean', help: 'do what --repair says; the folder must be free' },
    last: { type: 'string', value: 'N', help: `of the list, how many, the newest (${LAST})` },
    data: dataOption,
    json: { type: 'boolean', help: 'print one JSON object, and nothing else' },
  },
  async run(values, positionals) {
    if (positionals[0] === 'list') return listed(values, positionals.slice(1))
    if (positionals[0] === 'show') return shown(values, positionals.slice(1))
    const { path, json, repair, yes, ...filter } = requestOf(values, positionals)
    const pipeline = await importPipeline(path)
    const progress = new Progress()
    const onProgress = (stage: string, share: number): void => progress.show(stage, share)
    if (repair) return repaired(pipeline, dataOf(values), { json, yes, onProgress, done: () => progress.done() })
    const report = await lookInto(dataOf(values), reader => reconcile(pipeline, reader, { ...filter, onProgress }))
    progress.done()
    printEach([report], { json, textOf: reconcileText })
    return report.sound ? 0 : 1
  },
}

/** Throws `UsageError`. */
function requestOf(values: Readonly<Record<string, unknown>>, [path, ...extra]: readonly string[]): Request {
  if (path === undefined) throw new UsageError('name the file of a pipeline')
  if (extra.length > 0) throw new UsageError(`one pipeline, not also ${extra.join(', ')}`)
  const { model, since, limit } = values as { readonly [name: string]: string | undefined }
  const { repair = false, yes = false, json = false } = values as { readonly [name: string]: boolean | undefined }
  if (yes && !repair) throw new UsageError('--yes does what --repair says')
  if (repair && (model !== undefined || since !== undefined || limit !== undefined))
    throw new UsageError('--repair looks at all decisions, so that nothing is left: leave out --model, --since and --limit')
  if (values['last'] !== undefined) throw new UsageError('--last is for reconcile list')
  if (limit !== undefined && !/^\d{1,15}$/.test(limit)) throw new UsageError(`--limit ${limit} is no whole number`)
  return {
    path,
    model,
    since: since === undefined ? undefined : momentOf('--since', since),
    limit: limit === undefined ? undefined : Number(limit),
    repair,
    yes,
    json,
  }
}
