/** The action operator: when the action of each score was done, and whether it can stop its own event. */
import type { ModelIR, PipelineIR } from '../../../define/ir/ir.ts'
import type { Setting } from '../../domain/element.ts'
import { later, multiplesFrom, notThis, spanOf } from './setting.ts'

export interface Acted {
  /** The completion times, UTC ms; NaN without a decision. */
  readonly acted: Float64Array
  readonly inline: boolean
}

/** The inline reply of a model's actions, and its deadline, ms after the event. */
export interface Answering {
  readonly inline: boolean
  readonly deadline: number
}

export function answeringOf({ actions = [] }: PipelineIR, { name }: ModelIR): Answering {
  const answers = actions.filter(({ model, do: effect }) => model === name && effect.kind === 'answer')
  return { inline: answers.length > 0, deadline: Math.min(Infinity, ...answers.map(({ deadline = Infinity }) => deadline)) }
}

/** The last result by score times: both arms of a plan need it. */
const timesCache = new WeakMap<Float64Array, { readonly id: string; readonly t: Float64Array; readonly times: Acted }>()

/** Action times under a setting. `made`: score times; `t`: event times; both UTC ms. A reply after its deadline stops nothing. */
export function actedOn(setting: Setting, scoredAt: Float64Array, t: Float64Array, answering: Answering): Acted {
  const id = JSON.stringify([setting, answering.inline, String(answering.deadline)])
  const cached = timesCache.get(scoredAt)
  if (cached?.id === id && cached.t === t) return cached.times
  const times = computeTimes(setting, scoredAt, t, answering)
  timesCache.set(scoredAt, { id, t, times })
  return times
}

function computeTimes(setting: Setting, scoredAt: Float64Array, t: Float64Array, answering: Answering): Acted {
  const inTime = (acted: Float64Array): Acted => ({ acted, inline: isInTime(acted, t, answering.deadline) })
  switch (setting.kind) {
    case 'now':
    case 'stream':
      return answering.inline ? inTime(scoredAt) : { acted: scoredAt, inline: false }
    case 'inline':
      return inTime(scoredAt)
    case 'async':
      return { acted: scoredAt, inline: false }
    case 'older': {
      const by = spanOf('the delay of actions', setting.by, { zero: true })
      const acted = later(scoredAt, by)
      return answering.inline ? inTime(acted) : { acted, inline: false }
    }
    case 'digest': {
      const every = spanOf('the period of digests', setting.every)
      return { acted: multiplesFrom(scoredAt, every), inline: false }
    }
    default:
      return notThis('the action', setting, "write 'inline', 'async', 'digest' or 'older'")
  }
}

function isInTime(acted: Float64Array, t: Float64Array, deadline: number): boolean {
  for (let row = 0; row < t.length; row++) if (acted[row] - t[row] > deadline) return false
  return true
}
