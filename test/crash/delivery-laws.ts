/** Expected deliveries of an outbox at a receiver, however often the sending process was killed. */
import type { EffectRecord } from '../../src/define/action/action.ts'
import type { StoredEffect } from '../../src/log/effects.ts'
import type { Arrival } from './hook-receiver.ts'
import { fault, type Verdict } from './verdict.ts'

/**
 * Every effect arrived at least once, under its own key only and as recorded; nothing else arrived; effects of one action and key arrived
 * first in the order of decision; and effects recorded as delivered were acknowledged.
 */
export function checkDeliveries(verdict: Verdict, outbox: readonly StoredEffect[], arrivals: readonly Arrival[]): void {
  const byKey = Map.groupBy(arrivals, ({ key }) => key)
  const byId = new Map(outbox.map(effect => [effect.id, effect]))
  if (byId.size < outbox.length) fault(verdict, 'duplicated', `${outbox.length - byId.size} effects have the key of another`)
  for (const effect of outbox) {
    const came = byKey.get(effect.id)
    if (!came) fault(verdict, 'lost', `an effect that did not arrive: ${textOf(effect)}`)
    else if (effect.state === 'delivered' && !came.some(({ isAnswered }) => isAnswered))
      fault(verdict, 'lost', `an effect is recorded as delivered that nobody acknowledged: ${textOf(effect)}`)
    if (effect.state !== 'delivered') fault(verdict, 'lost', `an effect was not delivered at the end: ${textOf(effect)}`)
  }
  for (const { key, body } of arrivals) {
    const effect = byId.get(key)
    if (!effect) fault(verdict, 'different', `what arrived under the key ${key} is not in the outbox: ${body}`)
    else if (effect.body !== body) fault(verdict, 'different', `an effect arrived as ${body} and is recorded as ${effect.body}`)
  }
  checkOneKey(verdict, arrivals)
  checkFirstInOrder(verdict, byId, arrivals)
}

/** An effect without its key. */
function checkOneKey(verdict: Verdict, arrivals: readonly Arrival[]): void {
  const keys = new Map<string, string>()
  for (const { key, body } of arrivals) {
    const { id: _id, ...record } = JSON.parse(body) as EffectRecord
    const effect = JSON.stringify(record)
    const firstKey = keys.get(effect) ?? key
    keys.set(effect, firstKey)
    if (firstKey !== key) fault(verdict, 'duplicated', `an effect arrived under the keys ${firstKey} and ${key}: ${body}`)
  }
}

function checkFirstInOrder(verdict: Verdict, byId: ReadonlyMap<string, StoredEffect>, arrivals: readonly Arrival[]): void {
  const last = new Map<string, StoredEffect>()
  for (const id of new Set(arrivals.map(({ key }) => key))) {
    const effect = byId.get(id)
    if (!effect) continue
    const of = JSON.stringify([effect.action, effect.key])
    const before = last.get(of)
    if (before && before.number > effect.number)
      fault(verdict, 'different', `effect ${textOf(effect)} came first after ${textOf(before)}, which was decided later`)
    last.set(of, effect)
  }
}

const textOf = ({ number, action, key, id, state }: StoredEffect): string => `${number} of '${action}' for ${key} (${state}, ${id})`
