/** `destination`: the user's own destination as the effect of an action, or as the receiver of decisions. */
import { limits, show, type Duration } from '../../base/index.ts'
import type { SettingIR } from '../ir/ir.ts'
import { durationOf, mistake } from '../mistake/mistake.ts'
import { checkOptions, checkTitle } from '../mistake/names.ts'
import type { Destination, OpenDestination } from './destination.ts'
import { countOf, EffectValue, type Effect } from './effect.ts'
import { settingIR, type Setting } from './setting.ts'

/** Settings of a destination by name. A setting from the environment or a file is read when a run starts. */
export type DestinationSettings = Readonly<Record<string, string | Setting>>

/** Options of `destination`. */
export interface DestinationOptions<S extends DestinationSettings = DestinationSettings> {
  /** Name of this kind of destination, for messages: `kafka`. */
  readonly name: string
  /** Settings, part of the fingerprint. Keep secrets out of the file: `{ password: env('PASSWORD') }`. */
  readonly settings?: S
  /** Opens the destination when a run starts, with the texts of its settings. */
  readonly open: (settings: { readonly [N in keyof S]: string }) => Destination | Promise<Destination>
  /** Deadline of one attempt, and of opening and closing. Default 30 s, at most 1 h. */
  readonly timeout?: Duration
  /** Attempts before a delivery is dead. Default 15, over about 1.5 hours. */
  readonly attempts?: number
}

/**
 * Defines an effect that is delivered to your own destination: the `do` of an action.
 *
 * @throws SpillwayError `SPILL_DEFINITION` for a setting that is no text, or an option that does not fit.
 * @example
 * const pager = (room: string) =>
 *   destination({
 *     name: 'pager',
 *     settings: { room, token: env('PAGER_TOKEN') },
 *     open: ({ room, token }) => ({ concurrency: 4, deliver: ({ body }) => page(room, token, body), close: async () => {} }),
 *   })
 * const review = action('review', { when: fraud.score.gte(0.9), do: pager('risk') })
 */
export function destination<S extends DestinationSettings>(options: DestinationOptions<S>): Effect {
  checkOptions('destination', options, ['name', 'settings', 'open', 'timeout', 'attempts'])
  const subject = `destination '${checkTitle('destination', options.name)}'`
  const { name, settings = {}, open, timeout }: { readonly [N in keyof DestinationOptions]: unknown } = options
  if (typeof open !== 'function') mistake(`${subject} needs open: settings => ({ concurrency, deliver, close }), got ${show(open)}`)
  if (settings === null || typeof settings !== 'object') mistake(`${subject}: settings are { name: value }, got ${show(settings)}`)
  const entries = Object.entries(settings).map(([key, value]): [string, SettingIR] => [key, settingIR(`${subject}: ${key}`, value)])
  const timeoutMs = timeout === undefined ? undefined : durationOf(`${subject}: timeout`, timeout)
  if (timeoutMs !== undefined && timeoutMs > limits.DESTINATION_MS_MAX)
    mistake(`${subject}: timeout is at most ${limits.DESTINATION_MS_MAX} ms (DESTINATION_MS_MAX), got ${show(timeout)}`)
  const ir = {
    kind: 'destination',
    name: name as string,
    settings: Object.fromEntries(entries),
    ...(timeoutMs !== undefined && { timeout: timeoutMs }),
    ...countOf(subject, 'attempts', options.attempts),
  } as const
  return new EffectValue(ir, open as OpenDestination) as unknown as Effect
}
