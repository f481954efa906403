/** `every`: an interval, as a schedule of placements, or with an entity as the trigger of a model: a tick. */
import { durationText, type Duration } from '../../base/time.ts'
import { entityName, type Entity } from '../source/entity.ts'
import type { ColumnIR } from '../ir/ir.ts'
import type { Kind } from '../expression/kinds.ts'
import { mistake } from '../mistake/mistake.ts'
import { checkOptions } from '../mistake/names.ts'
import { interval, type Every } from '../feature/placement.ts'
import { refuseBefore, TriggerValue, type FeatureRead, type Trigger } from './trigger.ts'
import { spanOf } from '../expression/window.ts'

/**
 * Decides at multiples of `every` from the epoch, for each key of the entity that is live: that has an event in the last `live`, in a source
 * that the model reads through a group of the entity. `live` is the longest finite window read unless given.
 */
export function every<Name extends string, K extends Kind, T, In>(
  every: Duration,
  entity: Entity<Name, K, T, In>,
  options?: { readonly live?: Duration },
): Trigger<{ readonly [N in Name]: Entity<Name, K, T, In> }, null, 'tick'>
/** An interval as a schedule: multiples of it from the epoch, plus `phase`. */
export function every(every: Duration, options?: { readonly phase?: Duration }): Every
export function every(every: Duration, given: object = {}, options: object = {}): unknown {
  const entity = entityName(given)
  return entity === undefined ? interval(every, given) : tick(every, given as Entity, options)
}

function tick(text: Duration, { entity, ir }: Entity, options: { readonly live?: unknown }): TriggerValue {
  const name = `every('${text}', ${entity})`
  const ms = spanOf('every', text)
  checkOptions(name, options, ['live'])
  const live = options.live === undefined ? undefined : spanOf(`${name}: live`, options.live)
  const column: ColumnIR = { name: entity, ...ir }
  return new TriggerValue({
    name,
    columns: [column],
    build: (what, reads) => {
      refuseBefore(what, 'a tick', reads)
      if (!reads.some(({ group }) => tellsLive(group.entity, entity)))
        mistake(
          `${what} decides ${name} and reads no group of ${entity}, so that nothing tells which ${entity} is live; ` +
            `read one: inputs: ({ ${entity} }) => ({ recent: recent.of(${entity}) })`,
        )
      return { kind: 'every', every: ms, live: live ?? longestWindow(what, text, entity, reads), column }
    },
  })
}

/** A group of the entity alone: each of its events is an event of one key. */
export const tellsLive = (entities: readonly string[], entity: string): boolean => entities.length === 1 && entities[0] === entity

function longestWindow(what: string, text: Duration, entity: string, reads: readonly FeatureRead[]): number {
  const windows = reads.map(({ feature }) => feature.window).filter(window => window !== 'lifetime')
  if (windows.length > 0) return Math.max(...windows)
  return mistake(
    `${what} reads lifetime windows alone, so that live must be said, how long a ${entity} is decided about after its last event: ` +
      `every('${text}', ${entity}, { live: '${durationText(86_400_000)}' })`,
  )
}
