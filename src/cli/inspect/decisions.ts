/** `spillway decisions`: prints recorded decisions from a data folder. A run may hold the folder. */
import { withFolder, type FolderView } from '../../operate/index.ts'
import type { RecordedDecision } from '../../run/decide/index.ts'
import { UsageError, type Command } from '../command/command.ts'
import { dataFolderOf, dataOption } from '../command/data-option.ts'
import { printEach, printLines } from '../command/print.ts'
import { timeText } from '../command/time-text.ts'
import { decisionText } from '../command/decision-text.ts'
import { pluralize } from '../command/text-format.ts'

const LAST = 10

interface Request {
  readonly model: string | undefined
  readonly key: string | undefined
  /** Number of newest decisions; ignored with `entry`. */
  readonly last: number
  readonly entry: number | undefined
  readonly json: boolean
}

/** The command `spillway decisions`. */
export const decisionsCommand: Command = {
  name: 'decisions',
  usage: '[--model NAME] [--key KEY] [--last N]',
  summary: 'print recorded decisions: feature vector, score, and the visible events of each group',
  options: {
    model: { type: 'string', value: 'NAME', help: 'only decisions of this model' },
    key: { type: 'string', value: 'KEY', help: 'only decisions about this key' },
    last: { type: 'string', value: 'N', help: `the number of newest decisions (default ${LAST})` },
    entry: { type: 'string', value: 'N', help: 'all decisions of this log entry' },
    data: dataOption,
    json: { type: 'boolean', help: 'print each decision as a line of JSON, and nothing else' },
  },
  run(values, positionals) {
    const request = requestOf(values, positionals)
    return withFolder(dataFolderOf(values), async folder => {
      await print(folder, request)
      return 0
    })
  },
}

/** Throws `UsageError`. */
function requestOf(values: Readonly<Record<string, unknown>>, extra: readonly string[]): Request {
  if (extra.length > 0) throw new UsageError(`decisions takes options and no arguments, but got ${extra.join(', ')}`)
  const { model, key, last, entry, json = false } = values as { [name: string]: string | undefined } & { json?: boolean }
  if (last !== undefined && entry !== undefined) throw new UsageError('use --last or --entry, not both')
  const numbers = { '--last': last, '--entry': entry }
  for (const [name, text] of Object.entries(numbers))
    if (text !== undefined && !/^\d{1,15}$/.test(text)) throw new UsageError(`${name} ${text} is not a whole number`)
  return { model, key, last: Number(last ?? LAST), entry: entry === undefined ? undefined : Number(entry), json }
}

async function print({ decisions: recordedDecisions }: FolderView, request: Request): Promise<void> {
  const { model, key, last, entry, json } = request
  const { decisions, recorded } = await recordedDecisions.find({ model, key, ...(entry === undefined ? { last } : { entry }) })
  printEach(decisions, { json, textOf: decision => `${wholeText(decision)}\n` })
  if (json) return
  const summary = `${pluralize(decisions.length, 'decision')} of ${pluralize(recorded, 'recorded one')}`
  printLines(decisions.length > 0 ? summary : nothingText(request, recorded))
}

/** The message if no decision matches. */
function nothingText({ key, entry }: Request, all: number): string {
  if (all === 0) return 'No decision is recorded yet.'
  const about = [...(key === undefined ? [] : [`about key '${key}'`]), ...(entry === undefined ? [] : [`at entry ${entry}`])]
  return `No decision ${about.join(' ')}; ${pluralize(all, 'other')} recorded.`
}

/** A decision with the visible events of each feature group and its place in the log. */
function wholeText(decision: RecordedDecision): string {
  const { entry, id, position, read } = decision
  const place = position ? `, partition ${position.partition} offset ${position.offset}` : ''
  const reads = Object.entries(read).map(([group, { known, clock }]) => {
    const at = clock === null ? 'before its first run' : `at ${timeText(clock)}`
    return `  ${group}: ${pluralize(known, 'event')} visible ${at}`
  })
  return [decisionText(decision), ...reads, `  entry ${entry}${id === undefined ? '' : `, id ${id}`}${place}`].join('\n')
}
