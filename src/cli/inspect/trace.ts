/** `spillway trace`: prints the timeline of a decision from its event to its acknowledged effects. A run may hold the folder. */
import { inspect } from 'node:util'
import { SpillwayError, limits } from '../../base/index.ts'
import { withFolder, type DecisionTrace, type FolderView } from '../../operate/index.ts'
import { UsageError, type Command } from '../command/command.ts'
import { dataFolderOf, dataOption } from '../command/data-option.ts'
import { traceText } from './trace-text.ts'
import { printEach, printLines } from '../command/print.ts'

interface Request {
  /** A log entry, or the idempotency key of an effect. */
  readonly target: number | string
  readonly model: string | undefined
  readonly key: string | undefined
  readonly json: boolean
}

/** The command `spillway trace`. */
export const traceCommand: Command = {
  name: 'trace',
  usage: 'ENTRY | EFFECT-ID',
  summary: 'print the timeline of a decision: event, features, score, commit, and its effects until their acknowledgement',
  options: {
    model: { type: 'string', value: 'NAME', help: 'only the decision of this model' },
    key: { type: 'string', value: 'KEY', help: 'only the decision about this key (a tick makes many decisions)' },
    data: dataOption,
    json: { type: 'boolean', help: 'print each decision as a line of JSON, and nothing else' },
  },
  run(values, positionals) {
    const request = requestOf(values, positionals)
    return withFolder(dataFolderOf(values), async folder => {
      const { json, ...query } = request
      const matches = await folder.decisions.traces({ ...query, most: limits.DECISIONS_TRACED_MAX })
      if (matches.length === 0) throw new SpillwayError('SPILL_NOT_FOUND', nothingText(folder, request))
      print(matches, json)
      return 0
    })
  },
}

/** Throws `UsageError`. */
function requestOf(values: Readonly<Record<string, unknown>>, [target, ...extra]: readonly string[]): Request {
  if (target === undefined) throw new UsageError('name the entry of the log that made the decision: trace 12; spillway decisions shows it')
  if (extra.length > 0) throw new UsageError(`expected one entry, but also got ${extra.join(', ')}`)
  const { model, key, json = false } = values as { model?: string; key?: string; json?: boolean }
  if (/^\d{1,15}$/.test(target)) return { target: Number(target), model, key, json }
  if (!target.includes('/')) throw new UsageError(`${inspect(target)} is neither the number of an entry nor the id of an effect`)
  return { target, model, key, json }
}

function nothingText({ decisions }: FolderView, { target, model, key }: Request): string {
  const filters = [...(model === undefined ? [] : [`of model '${model}'`]), ...(key === undefined ? [] : [`about key '${key}'`])]
  const last = decisions.models().reduce((greatest, each) => Math.max(greatest, each.last), -1)
  const hint = last < 0 ? 'none is recorded' : `the last that made one is ${last}`
  return `no decision ${[...filters, typeof target === 'number' ? `was made by entry ${target}` : `made effect '${target}'`].join(' ')}; ${hint}`
}

function print(matches: readonly DecisionTrace[], json: boolean): void {
  printEach(matches, { json, textOf: traceText, between: '\n' })
  if (!json && matches.length === limits.DECISIONS_TRACED_MAX)
    printLines('', `The first ${matches.length} of this entry (DECISIONS_TRACED_MAX); --key and --model choose.`)
}
