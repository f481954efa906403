/** `every`: an interval, as the schedule of a placement, or with an entity as the trigger of a model (a tick). */
import type { Duration } from '../../base/index.ts'
import { entityName, type Entity } from '../source/entity.ts'
import { withoutMark } from '../source/personal.ts'
import type { DurationAdvice, Hint } from '../mistake/hint.ts'
import { mistake } from '../mistake/mistake.ts'
import { checkOptions } from '../mistake/names.ts'
import { intervalSchedule, type IntervalSchedule } from '../feature/placement.ts'
import type { FeatureRead } from './inputs.ts'
import { rejectBefore, TriggerValue, type Trigger } from './trigger.ts'
import { boundedDurationOf } from '../expression/window.ts'

interface IntervalOptions {
  /** Offset from the multiples of the interval. Default 0. */
  readonly phase?: Duration | Hint<DurationAdvice<'phase'>>
}

interface TickOptions {
  /** Time after its last event for which a key stays active. Default: the longest finite window read. */
  readonly live?: Duration | Hint<DurationAdvice<'live'>>
}

/**
 * With an entity: decides at multiples of `interval` from the epoch, for each active key of the entity.
 *
 * A key is active if it has an event in the last `live`, in a source that the model reads through a group of that entity alone.
 *
 * Without an entity: the multiples of `interval` from the epoch, UTC, plus `phase`, as the schedule of a placement or a report.
 *
 * @throws SpillwayError `SPILL_DEFINITION` for a text that is no duration, for a phase that is not below the interval, and for a
 * model that reads no group of the entity.
 * @example
 * const risky = model('risky', {
 *   decide: every('5m', card, { live: '1h' }),
 *   inputs: ({ card }) => ({ recent: cardNow.of(card) }),
 *   score: linear({ intercept: 0, weights: { 'recent.n10m': 1 } }),
 * })
 * @example
 * features('cardDay', { from: payments, entity: card, place: batch(every('6h')), values: () => ({ n1d: count('1d') }) })
 */
export function every<E extends Entity | IntervalOptions = IntervalOptions>(
  interval: Duration | Hint<DurationAdvice<'every'>>,
  entityOrOptions?: E,
  options?: E extends Entity ? TickOptions : never,
): E extends Entity<infer Name> ? Trigger<{ readonly [N in Name]: E }, null, 'tick'> : IntervalSchedule
export function every(interval: unknown, entityOrOptions: object = {}, options: object = {}): unknown {
  const entity = entityName(entityOrOptions)
  const text = interval as Duration
  return entity === undefined ? intervalSchedule(text, entityOrOptions) : tick(text, entityOrOptions as Entity, options)
}

function tick(text: Duration, { entity, ir }: Entity, options: { readonly live?: unknown }): TriggerValue {
  const name = `every('${text}', ${entity})`
  const ms = boundedDurationOf('every', text)
  checkOptions(name, options, ['live'])
  const live = options.live === undefined ? undefined : boundedDurationOf(`${name}: live`, options.live)
  const column = withoutMark({ name: entity, ...ir })
  return new TriggerValue({
    name,
    columns: [column],
    build: (subject, reads) => {
      rejectBefore(subject, 'a tick', reads)
      if (!reads.some(({ group }) => isGroupOf(group.entity, entity)))
        mistake(
          `${subject} decides ${name} and reads no group of ${entity}, so that nothing shows which ${entity} is active; ` +
            `read one: inputs: ({ ${entity} }) => ({ recent: recent.of(${entity}) })`,
        )
      return {
        kind: 'every',
        every: ms,
        live: live ?? longestWindow(subject, entity, reads, `every('${text}', ${entity}, { live: '1d' })`),
        column,
      }
    },
  })
}

/** True for a group of the entity alone: each of its events shows that one key is active. */
export const isGroupOf = (entities: readonly string[], entity: string): boolean => entities.length === 1 && entities[0] === entity

/** Longest finite window read. Throws `SPILL_DEFINITION` if there is none; `example` sets the option `live`. */
export function longestWindow(subject: string, entity: string, reads: readonly FeatureRead[], example: string): number {
  const windows = reads.map(({ feature }) => feature.window).filter(window => window !== 'lifetime')
  if (windows.length > 0) return Math.max(...windows)
  return mistake(
    `${subject} reads lifetime windows only and needs live, how long a ${entity} stays active after its last event: ${example}`,
  )
}
