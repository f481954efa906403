/** Applies a setting of the action: when the action of each score was done, and whether it can stop its own event. */
import type { ModelIR, PipelineIR } from '../../../define/ir/index.ts'
import { lastResults } from '../../domain/caches.ts'
import type { ElementSetting } from '../../domain/element.ts'
import { rejectSetting, checkedSpan } from './setting-checks.ts'
import { roundUpTimes, shiftTimes } from '../timeline/timeline.ts'

export interface ActionTimes {
  /** The completion times, UTC ms; NaN without a decision. */
  readonly actedAt: Float64Array
  readonly inline: boolean
}

/** The inline reply of a model's actions, and its deadline, ms after the event. */
export interface InlineReply {
  readonly inline: boolean
  readonly deadline: number
}

export function inlineReplyOf({ actions = [] }: PipelineIR, { name }: ModelIR): InlineReply {
  const answers = actions.filter(({ model, do: effect }) => model === name && effect.kind === 'answer')
  return { inline: answers.length > 0, deadline: Math.min(Infinity, ...answers.map(({ deadline = Infinity }) => deadline)) }
}

/** By score times: both arms of a plan need the action times. */
const lastTimes = lastResults<Float64Array, ActionTimes>()

/** Action times under a setting. `scoredAt`: score times; `t`: event times; both UTC ms. A reply after its deadline stops nothing. */
export const actionTimes = (setting: ElementSetting, scoredAt: Float64Array, t: Float64Array, reply: InlineReply): ActionTimes =>
  lastTimes(scoredAt, [t, JSON.stringify(setting), reply.inline, reply.deadline], () => computeTimes(setting, scoredAt, t, reply))

function computeTimes(setting: ElementSetting, scoredAt: Float64Array, t: Float64Array, { inline, deadline }: InlineReply): ActionTimes {
  const inTime = (actedAt: Float64Array): ActionTimes => ({ actedAt, inline: isInTime(actedAt, t, deadline) })
  switch (setting.kind) {
    case 'now':
    case 'stream':
      return inline ? inTime(scoredAt) : { actedAt: scoredAt, inline: false }
    case 'inline':
      return inTime(scoredAt)
    case 'async':
      return { actedAt: scoredAt, inline: false }
    case 'older': {
      const by = checkedSpan('the delay of actions', setting.by, { zero: true })
      const actedAt = shiftTimes(scoredAt, by)
      return inline ? inTime(actedAt) : { actedAt, inline: false }
    }
    case 'digest': {
      const every = checkedSpan('the period of digests', setting.every)
      return { actedAt: roundUpTimes(scoredAt, every), inline: false }
    }
    default:
      return rejectSetting('the action', setting, "write 'inline', 'async', 'digest' or 'older'")
  }
}

function isInTime(actedAt: Float64Array, t: Float64Array, deadline: number): boolean {
  for (let row = 0; row < t.length; row++) if (actedAt[row] - t[row] > deadline) return false
  return true
}
