/** `spillway effects`: lists effects with their delivery states, retries or drops dead effects. A run may hold the folder. */
import { SpillwayError, didYouMean } from '../../base/index.ts'
import { effectStates as states, type EffectState, type StoredEffect } from '../../log/index.ts'
import { withFolder, type FolderView } from '../../operate/index.ts'
import { UsageError, type Command } from '../command/command.ts'
import { dataFolderOf, dataOption } from '../command/data-option.ts'
import { withControl } from '../command/operator-control.ts'
import { pluralize } from '../command/text-format.ts'
import { timeText } from '../command/time-text.ts'
import { singleLineTexts, printEach, printLines } from '../command/print.ts'

const verbs = ['list', 'show', 'retry', 'drop'] as const
const LAST = 20

interface Request {
  readonly verb: (typeof verbs)[number]
  readonly numbers: readonly number[]
  readonly data: string
  readonly action: string | undefined
  readonly state: EffectState | undefined
  readonly last: number
  readonly why: string | undefined
  readonly json: boolean
}

/** The command `spillway effects`. */
export const effectsCommand: Command = {
  name: 'effects',
  usage: '[list] | show NUMBER | retry NUMBER… | drop NUMBER… --why REASON',
  summary: 'list effects (pending, delivered, or dead after the last attempt), retry or drop dead effects',
  options: {
    action: { type: 'string', value: 'NAME', help: 'only effects of this action' },
    state: { type: 'string', value: 'STATE', help: `only effects in this state: ${states.join(', ')}` },
    last: { type: 'string', value: 'N', help: `the number of newest effects (default ${LAST})` },
    why: { type: 'string', value: 'REASON', help: 'drop: the reason' },
    data: dataOption,
    json: { type: 'boolean', help: 'print one JSON object per line' },
  },
  async run(values, positionals) {
    const request = requestOf(values, positionals)
    if (request.verb === 'retry' || request.verb === 'drop') return change(request)
    return withFolder(request.data, ({ effects }) => {
      if (request.verb === 'show') show(effects, request)
      else list(effects, request)
      return 0
    })
  },
}

/** Throws `UsageError`. */
function requestOf(values: Readonly<Record<string, unknown>>, [verb = 'list', ...rest]: readonly string[]): Request {
  const {
    action,
    state,
    last,
    why,
    json = false,
  } = values as Partial<Record<'action' | 'state' | 'last' | 'why', string>> & { json?: boolean }
  if (!verbs.some(candidate => candidate === verb)) throw new UsageError(`effects has no subcommand '${verb}'${didYouMean(verb, verbs)}`)
  if (state !== undefined && !states.some(candidate => candidate === state))
    throw new UsageError(`no state '${state}'${didYouMean(state, states)}`)
  if (last !== undefined && !/^[1-9]\d*$/.test(last)) throw new UsageError(`--last ${last} is not a whole number from 1`)
  const all = rest.map(text => (/^[1-9]\d*$/.test(text) ? Number(text) : NaN))
  if (all.some(Number.isNaN)) throw new UsageError(`effects are named by their numbers, not '${rest[all.findIndex(Number.isNaN)]}'`)
  const numbers = [...new Set(all)]
  if (verb === 'list' ? numbers.length > 0 : numbers.length === 0) throw new UsageError(`name the numbers of effects: effects ${verb} 12`)
  if (verb === 'drop' && (why === undefined || why.trim() === '')) throw new UsageError('give the reason: effects drop 12 --why REASON')
  return {
    verb: verb as Request['verb'],
    numbers,
    data: dataFolderOf(values),
    action,
    state: state as EffectState | undefined,
    last: Number(last ?? LAST),
    why,
    json,
  }
}

function list(outbox: FolderView['effects'], { action, state, last, json }: Request): void {
  const { effects, counts } = outbox.newest({ action, state, last })
  printEach(effects, { json, textOf: lineOf, jsonOf })
  if (json) return
  const text = counts.map(count => `${count.action}: ${pluralize(count.effects, `${count.state} effect`)}`).join(', ')
  const all = counts.reduce((sum, count) => sum + count.effects, 0)
  const more = all > effects.length ? `; the newest ${effects.length} are shown, --last N gives more` : ''
  printLines(counts.length === 0 ? 'No effects.' : `${text}${more}.`)
}

function show(effects: FolderView['effects'], { numbers, json }: Request): void {
  for (const number of numbers) {
    const effect = existing(effects, number)
    printEach([effect], {
      json,
      textOf: shown => `${lineOf(shown)}\n  id ${shown.id}, decided by entry ${shown.entry}\n  ${shown.body}`,
      jsonOf,
    })
  }
}

/** Retries or drops all of the effects, or none if any of them is unknown or not dead. A run that holds the folder does it itself. */
function change({ verb, numbers, data, why = '' }: Request): Promise<number> {
  return withControl(data, {}, async ({ control, isLive }, by) => {
    const subject = pluralize(numbers.length, 'effect')
    if (verb === 'retry') {
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
  const timeliness = due === undefined || state !== 'delivered' ? '' : settled! <= due ? ', in time' : ', too late'
  const tried = attempts > (state === 'delivered' ? 1 : 0) ? `, tried ${pluralize(attempts, 'time')}` : ''
  const retry = next === undefined ? '' : `, again at ${timeText(next)}`
  return `${number}  ${action}  ${timeText(t)}  ${singleLineTexts(String(JSON.parse(key)))}  [${state}${timeliness}${tried}${retry}]${why === undefined ? '' : `\n  ${why}`}`
}
