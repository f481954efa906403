/** `spillway effects`: lists effects with their delivery states, retries or drops dead effects. A run may hold the folder. */
import { SpillwayError, didYouMean } from '../../base/index.ts'
import { effectStates as states, type EffectState, type StoredEffect } from '../../log/index.ts'
import { withFolder, type FolderView } from '../../operate/index.ts'
import { lastOf, lastOption, numbersOf, subcommandOf } from '../command/arguments.ts'
import { defineCommand, UsageError } from '../command/command.ts'
import { dataFolderOf, dataOption, withControl } from '../command/data-folder.ts'
import { singleLineTexts, printEach, printLines } from '../command/print.ts'
import { pluralize, timelinessText, timeText } from '../command/text-format.ts'

const verbs = ['list', 'show', 'retry', 'drop'] as const

/** The command `spillway effects`. */
export const effectsCommand = defineCommand({
  name: 'effects',
  task: 'Inspect',
  usage: '[list] | show NUMBER | retry NUMBER… | drop NUMBER… --why REASON',
  summary: 'list effects (pending, delivered, or dead after the last attempt), retry or drop dead effects',
  options: {
    action: { value: 'NAME', help: 'only effects of this action' },
    state: { value: 'STATE', help: `only effects in this state: ${states.join(', ')}` },
    last: lastOption('effects'),
    why: { value: 'REASON', help: 'drop: the reason' },
    data: dataOption,
    json: { help: 'print one JSON object per line' },
  },
  async run({ action, state, last, why = '', json = false, ...folder }, [text = 'list', ...rest]) {
    const verb = subcommandOf('effects', verbs, text)
    if (state !== undefined && !isState(state)) throw new UsageError(`no state '${state}'${didYouMean(state, states)}`)
    const filter = { action, state, last: lastOf(last) }
    const numbers = [...new Set(numbersOf('effects are named', rest))]
    if (verb === 'list' ? numbers.length > 0 : numbers.length === 0) throw new UsageError(`name the numbers of effects: effects ${verb} 12`)
    if (verb === 'drop' && why.trim() === '') throw new UsageError('give the reason: effects drop 12 --why REASON')
    const data = dataFolderOf(folder)
    if (verb === 'retry' || verb === 'drop') return change(data, numbers, verb === 'drop' ? why : undefined)
    return withFolder(data, ({ effects }) => {
      if (verb === 'show') show(effects, numbers, json)
      else list(effects, filter, json)
      return 0
    })
  },
})

const isState = (text: string): text is EffectState => (states as readonly string[]).includes(text)

function list(outbox: FolderView['effects'], filter: Parameters<typeof outbox.newest>[0], json: boolean): void {
  const { effects, counts } = outbox.newest(filter)
  printEach(effects, { json, textOf: lineOf, jsonOf })
  if (json) return
  const text = counts.map(count => `${count.action}: ${pluralize(count.effects, `${count.state} effect`)}`).join(', ')
  const all = counts.reduce((sum, count) => sum + count.effects, 0)
  const more = all > effects.length ? `; the newest ${effects.length} are shown, --last N gives more` : ''
  printLines(counts.length === 0 ? 'No effects.' : `${text}${more}.`)
}

function show(effects: FolderView['effects'], numbers: readonly number[], json: boolean): void {
  for (const number of numbers) {
    const effect = existing(effects, number)
    printEach([effect], {
      json,
      textOf: shown => `${lineOf(shown)}\n  id ${shown.id}, decided by entry ${shown.entry}\n  ${shown.body}`,
      jsonOf,
    })
  }
}

/** Retries all of the effects, or drops them for a reason. Changes none if any of them is unknown or not dead. */
function change(data: string, numbers: readonly number[], why: string | undefined): Promise<number> {
  return withControl(data, {}, async ({ control, isLive }, by) => {
    const subject = pluralize(numbers.length, 'effect')
    if (why === undefined) {
      await control.retryEffects({ numbers }, by)
      printLines(isLive ? `The run tries ${subject} again.` : `${subject} will be tried again by the next run.`)
    } else {
      await control.dropEffects({ numbers, why }, by)
      printLines(`${subject} dropped: ${why}. They stay in the data folder.`)
    }
    return 0
  })
}

/** Throws `SPILL_NOT_FOUND` for an unknown effect. */
function existing(effects: Pick<FolderView['effects'], 'byNumber' | 'lastNumber'>, number: number): StoredEffect {
  const effect = effects.byNumber(number)
  if (!effect) throw new SpillwayError('SPILL_NOT_FOUND', `there is no effect ${number}; the newest is ${effects.lastNumber()}`)
  return effect
}

/** Key and body are JSON texts in the store; here they are parsed. */
const jsonOf = (effect: StoredEffect): unknown => ({
  ...effect,
  key: JSON.parse(effect.key) as unknown,
  body: JSON.parse(effect.body) as unknown,
})

function lineOf({ number, action, key, t, state, attempts, next, why, due, settled }: StoredEffect): string {
  const tried = attempts > (state === 'delivered' ? 1 : 0) ? `, tried ${pluralize(attempts, 'time')}` : ''
  const retry = next === undefined ? '' : `, again at ${timeText(next)}`
  return `${number}  ${action}  ${timeText(t)}  ${singleLineTexts(String(JSON.parse(key)))}  [${state}${timelinessText({ state, due, settled })}${tried}${retry}]${why === undefined ? '' : `\n  ${why}`}`
}
