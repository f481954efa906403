/** `spillway effects`: lists effects with their delivery states, retries or drops dead effects. A run may hold the folder. */
import { SpillwayError, didYouMean, limits } from '../../base/index.ts'
import { effectStates as states, type EffectState, type StoredEffect } from '../../log/index.ts'
import { withFolder, type FolderView } from '../../operate/index.ts'
import { lastOf, lastOption, numbersOf, subcommandOf } from '../command/arguments.ts'
import { defineCommand, UsageError } from '../command/command.ts'
import { dataFolderOf, dataOption, withControl } from '../command/data-folder.ts'
import { singleLineTexts, printEach, printLines } from '../command/print.ts'
import { formatNumber, pluralize, timelinessText, timeText } from '../command/text-format.ts'

const verbs = ['list', 'show', 'retry', 'drop'] as const

/** The command `spillway effects`. */
export const effectsCommand = defineCommand({
  name: 'effects',
  task: 'Inspect',
  usage: '[list] | show NUMBER | retry NUMBER… | retry --all | drop NUMBER… --why REASON',
  summary: 'list effects (pending, delivered, or dead after the last attempt), retry or drop dead effects',
  options: {
    action: { value: 'NAME', help: 'list, retry --all: only effects of this action' },
    state: { value: 'STATE', help: `list: only effects in this state: ${states.join(', ')}` },
    last: lastOption('effects; with --json all by default'),
    all: { help: 'retry: all dead effects, or those of --action' },
    why: { value: 'REASON', help: 'drop: the reason' },
    data: dataOption,
    json: { help: 'print one JSON object per line' },
  },
  async run({ action, state, last, all = false, why = '', json = false, ...folder }, [text = 'list', ...rest]) {
    const verb = subcommandOf('effects', verbs, text)
    if (state !== undefined && !isState(state)) throw new UsageError(`no state '${state}'${didYouMean(state, states)}`)
    const numbers = [...new Set(numbersOf('effects are named', rest))]
    if (all && verb !== 'retry') throw new UsageError(`effects ${verb} has no option --all`)
    if (all && numbers.length > 0) throw new UsageError('--all selects every dead effect; leave out the numbers')
    if (verb === 'list' ? numbers.length > 0 : numbers.length === 0 && !all)
      throw new UsageError(`name the numbers of effects: effects ${verb} 12${verb === 'retry' ? ', or use --all' : ''}`)
    if (verb === 'drop' && why.trim() === '') throw new UsageError('give the reason: effects drop 12 --why REASON')
    const data = dataFolderOf(folder)
    if (all) return retryAll(data, action)
    if (verb === 'retry' || verb === 'drop') return change(data, numbers, verb === 'drop' ? why : undefined)
    return withFolder(data, ({ effects }) => {
      if (verb === 'show') show(effects, numbers, json)
      else if (json && last === undefined) printEach(allOf(effects, { action, state }), { json, textOf: lineOf, jsonOf })
      else list(effects, { action, state, last: lastOf(last) }, json)
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
  const hidden = all - effects.length
  const more = hidden > 0 ? `; the newest ${formatNumber(effects.length)} are shown, --last ${all} shows ${formatNumber(hidden)} more` : ''
  printLines(counts.length === 0 ? 'No effects.' : `${text}${more}.`)
}

/** All effects that match, oldest first, read one by one. */
function* allOf(effects: FolderView['effects'], filter: Parameters<typeof effects.numbers>[0]): Generator<StoredEffect> {
  for (const number of effects.numbers(filter)) {
    const effect = effects.byNumber(number)
    // A run may forget an effect meanwhile.
    if (effect) yield effect
  }
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
    if (why === undefined) {
      await control.retryEffects({ numbers }, by)
      printLines(retriedText(numbers.length, isLive))
    } else {
      await control.dropEffects({ numbers, why }, by)
      printLines(`${pluralize(numbers.length, 'effect')} dropped: ${why}. They stay in the data folder.`)
    }
    return 0
  })
}

/** Retries all dead effects, or those of an action, in requests of `EFFECTS_CHANGED_MAX`. */
async function retryAll(data: string, action: string | undefined): Promise<number> {
  const numbers = await withFolder(data, ({ effects }) => effects.numbers({ action, state: 'dead' }))
  if (numbers.length === 0) {
    printLines(`No dead effect${action === undefined ? '' : ` of '${action}'`} to retry.`)
    return 0
  }
  return withControl(data, {}, async ({ control, isLive }, by) => {
    for (let from = 0; from < numbers.length; from += limits.EFFECTS_CHANGED_MAX)
      await control.retryEffects({ numbers: numbers.slice(from, from + limits.EFFECTS_CHANGED_MAX) }, by)
    printLines(retriedText(numbers.length, isLive))
    return 0
  })
}

const retriedText = (count: number, isLive: boolean): string =>
  isLive ? `The run tries ${pluralize(count, 'effect')} again.` : `${pluralize(count, 'effect')} will be tried again by the next run.`

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
