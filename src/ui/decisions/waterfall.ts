/** The time of a decision from its event to the acknowledged effects, by the four stages: ingestion, features, inference, action. */
import type { TraceAnswer } from '../core/answers.ts'
import { spanText } from '../core/text.ts'

export interface WaterfallBar {
  readonly stage: 'ingestion' | 'features' | 'inference' | 'action'
  readonly label: string
  /** Milliseconds after the record was received. */
  readonly start: number
  readonly ms: number
  readonly note?: string
}

export interface Waterfall {
  /** From the event's own time to its ingestion, ms; it is often far longer than all that follows, so it has no bar. */
  readonly delayMs?: number
  readonly bars: readonly WaterfallBar[]
  /** The end of the last bar, ms. */
  readonly total: number
}

/** The bars of a trace; none where no stage times are stored. */
export function waterfallOf({ on, stages, moments, decision, effects }: TraceAnswer): Waterfall {
  const delayMs = on?.kind === 'event' ? on.arrival - on.time : undefined
  const bars: WaterfallBar[] = []
  let end = 0
  const add = (stage: WaterfallBar['stage'], label: string, ms: number | undefined, note?: string): void => {
    if (ms === undefined) return
    bars.push({ stage, label, start: end, ms, ...(note !== undefined && { note }) })
    end += ms
  }
  if (stages) {
    add('ingestion', 'waited for its turn', stages.waited)
    add('ingestion', 'validated, appended', stages.intake)
    add('ingestion', 'queued behind decisions', stages.queued)
    add('features', 'features read', stages.features)
    add('inference', 'scored', stages.inference)
    add('action', 'made durable', stages.durable)
  }
  const durableAt = moments?.durable
  const began = end
  for (const { action, number, state, decidedAt, attempts, queueMs, deliveryMs, acknowledgementMs, why } of effects) {
    end = durableAt === undefined ? began + Math.max(0, decidedAt - decision.t) : began
    const title = `${action} ${number}`
    add('action', `${title}: waited`, queueMs)
    add('action', `${title}: ${attempts > 1 ? `${attempts} attempts` : 'sent'}`, attempts > 1 ? deliveryMs : undefined)
    add(
      'action',
      `${title}: ${state === 'delivered' ? 'acknowledged' : state}`,
      acknowledgementMs ?? (queueMs === undefined ? undefined : 0),
      why,
    )
  }
  const total = Math.max(0, ...bars.map(({ start, ms }) => start + ms))
  return { ...(delayMs !== undefined && { delayMs }), bars, total }
}

/** The sentence under the bars. */
export function waterfallText({ delayMs, total }: Waterfall): string {
  const parts = [
    ...(delayMs === undefined ? [] : [`The event arrived ${spanText(delayMs)} after its own time.`]),
    ...(total > 0 ? [`From its receipt to the end of the last stage: ${spanText(total)}.`] : []),
  ]
  return parts.join(' ')
}
