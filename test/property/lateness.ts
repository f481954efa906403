import type { Ask, Case } from './case.ts'
import { groupOf, sourceOf } from './case.ts'
import type { Lateness } from './cover.ts'

/** For each read, the order of its key's events in `P` (in the whole log, if corrected): the third axis of the cover. */
export function latenesses(of: Case): Lateness[] {
  const keys = new Map(
    of.ir.groups.map(({ name, key, source }) => [
      name,
      of.log.map(event => event.source === source && keyText(key.map(c => event.row[c]))),
    ]),
  )
  return of.asks.map(ask => latenessOf(of, ask, keys.get(ask.group)!))
}

const keyText = (key: readonly unknown[]): string => JSON.stringify(key)

function latenessOf(of: Case, ask: Ask, keys: readonly (string | false)[]): Lateness {
  const { allowedLateness } = sourceOf(of, groupOf(of, ask.group))
  const key = keyText(ask.key)
  const visible = ask.place.kind === 'corrected' ? of.log.length : ask.prefix
  let latest = -Infinity
  let outOfOrder = false
  for (let i = 0; i < visible; i++) {
    if (keys[i] !== key) continue
    const { time, arrival } = of.log[i]
    if (arrival - time > allowedLateness) return 'late'
    if (time < latest) outOfOrder = true
    else latest = time
  }
  return outOfOrder ? 'outOfOrder' : 'inOrder'
}
