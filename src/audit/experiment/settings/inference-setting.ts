/**
 * Applies a setting of inference: when decisions are made, and how long a score takes.
 *
 * - `older`: the score is available later, from the same inputs.
 * - `every`: scores are made at the multiples of a period. A model that ticks decides at those of its ticks alone, with the same inputs and
 *   scores. A model that decides on events or requests decides at the next multiple, with the events visible then. If a feature excludes
 *   the triggering event, it decides with the events visible before, since no triggering event exists later.
 */
import { groupReads } from '../../../decision/index.ts'
import { durationText } from '../../../base/index.ts'
import { countUpTo } from '../../../columns/index.ts'
import { lastResults } from '../../domain/caches.ts'
import type { ElementSetting } from '../../domain/element.ts'
import { decisionTimesOn, memoizePrefixes, roundUpTimes, shiftTimes, type DecidingModel, type Timeline } from '../timeline/timeline.ts'
import { rejectSetting, checkedSpan, throwUnsupported } from './setting-checks.ts'

export interface InferenceResult {
  /** The timeline that the decisions see. */
  readonly timeline: Timeline
  /** The time at which each case's score is available, UTC ms; NaN without a decision. */
  readonly scoredAt: Float64Array
  /** The same at the model's own cadence, where the period omits decisions. */
  readonly ownCadence?: Float64Array
}

/** By timeline: both arms of a plan and all ages of its action need the result. */
const lastInference = lastResults<Timeline, InferenceResult>()

export const applyInference = (setting: ElementSetting, decides: DecidingModel, timeline: Timeline): InferenceResult =>
  lastInference(timeline, [JSON.stringify(setting)], () => applySetting(setting, decides, timeline))

function applySetting(setting: ElementSetting, decides: DecidingModel, timeline: Timeline): InferenceResult {
  switch (setting.kind) {
    case 'now':
    case 'stream':
      return { timeline, scoredAt: decisionTimesOn(timeline) }
    case 'older': {
      const by = checkedSpan('the delay of scores', setting.by, { zero: true })
      return { timeline, scoredAt: shiftTimes(decisionTimesOn(timeline), by) }
    }
    case 'every':
      return atMultiples(checkedSpan('the period of scores', setting.every), decides, timeline)
    default:
      return rejectSetting('inference', setting, "write 'older' or 'every'")
  }
}

/** Identifies the times at which inputs are read: equal ids mean equal inputs. */
export const inputTimesId = (setting: ElementSetting, decides: DecidingModel): string =>
  setting.kind === 'every' && decides.model.decide.kind !== 'every' && !excludesTriggeringEvent(decides) ? `every ${setting.every}` : ''

/** True if the model has a feature that excludes the triggering event. */
const excludesTriggeringEvent = ({ ir, model }: DecidingModel): boolean =>
  groupReads(ir, model).some(({ group }) => group.features.some(({ before }) => before))

function atMultiples(every: number, decides: DecidingModel, timeline: Timeline): InferenceResult {
  const { decide, name } = decides.model
  if (decide.kind === 'every') {
    if (every % decide.every !== 0)
      throwUnsupported(
        `model '${name}' ticks every ${durationText(decide.every)}, so decisions every ${durationText(every)} are not observable; give a multiple of its period`,
      )
    const ownCadence = decisionTimesOn(timeline)
    return { timeline, scoredAt: ownCadence.map(at => (at % every === 0 ? at : NaN)), ownCadence }
  }
  const scoredAt = roundUpTimes(decisionTimesOn(timeline), every)
  if (excludesTriggeringEvent(decides)) return { timeline, scoredAt }
  const t = roundUpTimes(timeline.rows.points.t, every)
  const prefixes = memoizePrefixes(source => countUpTo(timeline.log.histories.get(source)!.block.arrival, t))
  const rows = { ...timeline.rows, points: { t, prefixes, source: undefined } }
  return { timeline: { ...timeline, rows }, scoredAt }
}
