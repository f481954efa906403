/** Effects of actions: `webhook`, `appendTo`, `stdout`, `answer`, and the user's own `destination`. */
import { type Duration, show, limits } from '../../base/index.ts'
import type { EffectIR, Value, SettingIR } from '../ir/ir.ts'
import type { DurationAdvice, Hint } from '../mistake/hint.ts'
import { durationOf, mistake } from '../mistake/mistake.ts'
import { checkOptions, checkTitle, parseOptions } from '../mistake/names.ts'
import type { OpenDestination, Destination } from './destination.ts'
import { settingIR, type Setting } from './setting.ts'

declare const effect: unique symbol

/** Effect of an action, made by `webhook`, `stdout`, `appendTo`, `answer` or `destination`. */
export interface Effect {
  readonly [effect]: true
}

/** A JSON value, such as an answer. */
export type Json = Value | readonly Json[] | { readonly [name: string]: Json }

/** Options of `webhook`. */
export interface WebhookOptions {
  /**
   * Secret that signs each delivery by Standard Webhooks: `whsec_…`, or a text of at least 24 bytes. Several secrets, separated
   * by spaces, during a rotation.
   */
  readonly secret?: Setting
  /** Further HTTP headers. Keep secrets out of the file: `{ authorization: env('TOKEN') }`. */
  readonly headers?: Readonly<Record<string, string | Setting>>
  /** Timeout of one attempt, from connecting to the end of the response. Default 5 s. */
  readonly timeout?: Duration | Hint<DurationAdvice<'timeout'>>
  /** Attempts before the delivery is dead. Default 15, over about 1.5 hours. */
  readonly attempts?: number
  /** Concurrent deliveries. Default 16. */
  readonly concurrency?: number
  /** Allows private and loopback addresses. Link-local addresses and the metadata services of clouds are never allowed. */
  readonly allowPrivate?: boolean
}

/** An effect at run time; `open` opens the user's own destination. */
export class EffectValue {
  readonly ir: EffectIR
  readonly open: OpenDestination | undefined
  constructor(ir: EffectIR, open?: OpenDestination) {
    this.ir = Object.freeze(ir)
    this.open = open
    Object.freeze(this)
  }
}

const effectOf = (ir: EffectIR): Effect => new EffectValue(ir) as unknown as Effect

/**
 * Posts the effect as JSON, signed and with an idempotency key, until the receiver acknowledges it with a 2xx status.
 *
 * @throws SpillwayError `SPILL_DEFINITION` for an address that is no HTTP URL, a secret or password in the file, or an option
 * that does not fit.
 * @example
 * const review = action('review', { when: fraud.score.gte(0.9), do: webhook('https://review.example/alerts', { timeout: '2s' }) })
 */
export function webhook(url: string | Setting, options: WebhookOptions = {}): Effect {
  const subject = 'webhook'
  checkOptions(subject, options, ['secret', 'headers', 'timeout', 'attempts', 'concurrency', 'allowPrivate'])
  const { secret, headers, timeout, attempts, concurrency, allowPrivate = false } = options
  const address = settingIR(`${subject}: the address`, url)
  if (address.kind === 'value') checkAddress(address.value)
  if (typeof secret === 'string') mistake(`${subject}: a secret must not be in the file; write secret: env('NAME') or secretFile('…')`)
  if (typeof allowPrivate !== 'boolean') mistake(`${subject}: allowPrivate is true or false, got ${show(allowPrivate)}`)
  return effectOf({
    kind: 'webhook',
    url: address,
    ...parseOptions(subject, { secret }, settingIR),
    ...(headers !== undefined && { headers: headersOf(subject, headers) }),
    ...parseOptions(subject, { timeout }, durationOf),
    ...parseOptions(subject, { attempts, concurrency }, countOf),
    ...(allowPrivate && { allowPrivate }),
  })
}

/**
 * Prints the effect as a line of JSON on standard output.
 *
 * @example
 * const review = action('review', { when: fraud.score.gte(0.9), do: stdout() })
 */
export const stdout = (): Effect => effectOf({ kind: 'stdout' })

/**
 * Appends the effect as a line of JSON to a file. A file that was moved or deleted is created again, so log rotation works.
 *
 * @throws SpillwayError `SPILL_DEFINITION` for anything but a path or a setting.
 * @example
 * const review = action('review', { when: fraud.score.gte(0.9), do: appendTo('alerts.ndjson') })
 */
export const appendTo = (path: string | Setting): Effect => effectOf({ kind: 'file', path: settingIR('appendTo: the file', path) })

/**
 * Answers the sender of the event or request in the HTTP response. An answer is delivered at most once.
 *
 * `otherwise` is the answer where the deadline passes before the decision: choose what is safe then. `explored` is the answer
 * to a decision that the action leaves to exploration (`explore`): what you answer without the action. Default: no answer.
 *
 * @throws SpillwayError `SPILL_DEFINITION` for a value that is no JSON.
 * @example
 * const decline = action('decline', {
 *   when: fraud.score.gte(0.9),
 *   deadline: '300ms',
 *   reply: 'inline',
 *   do: answer({ decision: 'decline' }, { otherwise: { decision: 'accept' } }),
 * })
 */
export function answer(value: Json, options: { readonly otherwise?: Json; readonly explored?: Json } = {}): Effect {
  checkOptions('answer', options, ['otherwise', 'explored'])
  const { otherwise, explored } = options
  return effectOf({
    kind: 'answer',
    answer: jsonOf('answer', value),
    ...parseOptions('answer', { otherwise, explored }, jsonOf),
  })
}

function checkAddress(text: string): void {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url?.protocol !== 'https:' && url?.protocol !== 'http:')
    mistake(`webhook needs an address: webhook('https://…') or webhook(env('CLINIC_URL')), got ${show(text)}`)
  if (url.username !== '' || url.password !== '')
    mistake("webhook: a password must not be in the file; put it in a header: headers: { authorization: env('NAME') }")
}

function headersOf(subject: string, headers: unknown): Record<string, SettingIR> {
  if (headers === null || typeof headers !== 'object') mistake(`${subject}: headers are { name: value }, got ${show(headers)}`)
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => {
      if (!/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/.test(name)) mistake(`${subject}: ${show(name)} is no name of a header`)
      return [name.toLowerCase(), settingIR(`${subject}: header '${name}'`, value)]
    }),
  )
}

export function countOf(subject: string, value: unknown): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 1) mistake(`${subject} is a number from 1, got ${show(value)}`)
  return value
}

/** Copies the value, so that later changes of it have no effect. */
function jsonOf(subject: string, value: unknown): unknown {
  const text: string | undefined = JSON.stringify(value)
  if (text === undefined) mistake(`${subject} is JSON, got ${show(value)}`)
  return JSON.parse(text)
}

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
  readonly timeout?: Duration | Hint<DurationAdvice<'timeout'>>
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
  const { name, settings = {}, open, timeout, attempts }: { readonly [N in keyof DestinationOptions]: unknown } = options
  if (typeof open !== 'function') mistake(`${subject} needs open: settings => ({ concurrency, deliver, close }), got ${show(open)}`)
  if (settings === null || typeof settings !== 'object') mistake(`${subject}: settings are { name: value }, got ${show(settings)}`)
  const entries = Object.entries(settings).map(([key, value]): [string, SettingIR] => [key, settingIR(`${subject}: ${key}`, value)])
  const ir = {
    kind: 'destination',
    name: name as string,
    settings: Object.fromEntries(entries),
    ...parseOptions(subject, { timeout }, timeoutOf),
    ...parseOptions(subject, { attempts }, countOf),
  } as const
  return new EffectValue(ir, open as OpenDestination) as unknown as Effect
}

export function timeoutOf(subject: string, timeout: unknown): number {
  const ms = durationOf(subject, timeout)
  if (ms > limits.DESTINATION_MS_MAX)
    mistake(`${subject} is at most ${limits.DESTINATION_MS_MAX} ms (DESTINATION_MS_MAX), got ${show(timeout)}`)
  return ms
}
