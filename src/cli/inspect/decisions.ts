/** `spillway decisions`: prints recorded decisions from a data folder. A run may hold the folder. */
import { withFolder } from '../../operate/index.ts'
import type { RecordedDecision } from '../../run/decide/index.ts'
import { wholeNumber } from '../command/arguments.ts'
import { defineCommand, UsageError } from '../command/command.ts'
import { dataFolderOf, dataOption } from '../command/data-folder.ts'
import { printEach, printLines } from '../command/print.ts'
import { timeText, decisionText, pluralize } from '../command/text-format.ts'

const LAST = 10

/** The command `spillway decisions`. */
export const decisionsCommand = defineCommand({
  name: 'decisions',
  task: 'Inspect',
  usage: '[--model NAME] [--key KEY] [--last N]',
  summary: 'print recorded decisions: feature vector, score, and the visible events of each group',
  options: {
    model: { value: 'NAME', help: 'only decisions of this model' },
    key: { value: 'KEY', help: 'only decisions about this key' },
    last: { value: 'N', help: `the number of newest decisions [default: ${LAST}]` },
    entry: { value: 'N', help: 'all decisions of this log entry' },
    data: dataOption,
    json: { help: 'print each decision as a line of JSON, and nothing else' },
  },
  run({ model, key, last, entry: atEntry, json = false, ...folder }, extra) {
    if (extra.length > 0) throw new UsageError(`decisions takes options and no arguments, but got ${extra.join(', ')}`)
    if (last !== undefined && atEntry !== undefined) throw new UsageError('use --last or --entry, not both')
    const newest = wholeNumber('--last', last ?? String(LAST), 0)
    const entry = atEntry === undefined ? undefined : wholeNumber('--entry', atEntry, 0)
    return withFolder(dataFolderOf(folder), async view => {
      const { decisions, recorded } = await view.decisions.find({ model, key, ...(entry === undefined ? { last: newest } : { entry }) })
      printEach(decisions, { json, textOf: decision => `${wholeText(decision)}\n` })
      const summary = `${pluralize(decisions.length, 'decision')} of ${pluralize(recorded, 'recorded one')}`
      if (!json) printLines(decisions.length > 0 ? summary : nothingText(key, entry, recorded))
      return 0
    })
  },
})

/** The message if no decision matches. */
function nothingText(key: string | undefined, entry: number | undefined, all: number): string {
  if (all === 0) return 'No decision is recorded yet.'
  const about = [...(key === undefined ? [] : [`about key '${key}'`]), ...(entry === undefined ? [] : [`at entry ${entry}`])]
  return `No decision ${about.join(' ')}; ${pluralize(all, 'other')} recorded.`
}

/** A decision with the visible events of each feature group and its place in the log. */
function wholeText(decision: RecordedDecision): string {
  const { entry, id, position, read } = decision
  const place = position ? `, partition ${position.partition} offset ${position.offset}` : ''
  const reads = Object.entries(read).map(([group, { visibleEvents, asOf }]) => {
    const at = asOf === null ? 'before its first run' : `at ${timeText(asOf)}`
    return `  ${group}: ${pluralize(visibleEvents, 'event')} visible ${at}`
  })
  return [decisionText(decision), ...reads, `  entry ${entry}${id === undefined ? '' : `, id ${id}`}${place}`].join('\n')
}
