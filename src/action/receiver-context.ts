/** The trace context that a receiver gets: a new span of the trace of the request that triggered the decision. */
import { type Random, type TraceContext, traceContextOf, withNewSpan } from '../base/index.ts'
import { channels, type DeliveryMessage } from '../base/node/index.ts'
import type { NewEffect } from '../log/index.ts'

/** The lane of a delivery; `since`: time since which the effect could be delivered, UTC ms. */
interface DeliveryOrigin extends Pick<DeliveryMessage, 'run' | 'action' | 'since'> {
  readonly random: Random
}

/** The context of a span that a subscriber of `spillway:delivery` made, or of a new span id. */
export function receiverContext(
  { number, entry, body, trace }: Pick<NewEffect, 'number' | 'entry' | 'body' | 'trace'>,
  { run, action, since, random }: DeliveryOrigin,
): TraceContext {
  const context = traceContextOf(trace!)
  if (channels.delivery.hasSubscribers) {
    const { pipeline = '', model = '' } = JSON.parse(body) as { pipeline?: string; model?: string }
    const message: DeliveryMessage = { run, pipeline, action, model, number, entry, since, context }
    channels.delivery.publish(message)
    if (message.sent) return message.sent
  }
  return withNewSpan(context, random)
}
