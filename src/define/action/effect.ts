/** Effects of actions: `webhook`, `appendTo`, `stdout` and `answer`. */
import { type Duration, show } from '../../base/index.ts'
import type { EffectIR, Value } from '../ir/ir.ts'
import { durationOf, mistake } from '../mistake/mistake.ts'
import { checkOptions } from '../mistake/names.ts'
import type { OpenDestination } from './destination.ts'
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
  readonly timeout?: Duration
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
  const { secret, headers, timeout, allowPrivate = false } = options
  const address = settingIR(`${subject}: the address`, url)
  if (address.kind === 'value') checkAddress(address.value)
  if (typeof secret === 'string') mistake(`${subject}: a secret must not be in the file; write secret: env('NAME') or secretFile('…')`)
  if (typeof allowPrivate !== 'boolean') mistake(`${subject}: allowPrivate is true or false, got ${show(allowPrivate)}`)
  return effectOf({
    kind: 'webhook',
    url: address,
    ...(secret !== undefined && { secret: settingIR(`${subject}: secret`, secret) }),
    ...(headers !== undefined && { headers: headersOf(subject, headers) }),
    ...(timeout !== undefined && { timeout: durationOf(`${subject}: timeout`, timeout) }),
    ...countOf(subject, 'attempts', options.attempts),
    ...countOf(subject, 'concurrency', options.concurrency),
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
    ...(otherwise !== undefined && { otherwise: jsonOf('answer: otherwise', otherwise) }),
    ...(explored !== undefined && { explored: jsonOf('answer: explored', explored) }),
  })
}

function checkAddress(text: string): void {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url?.protocol !== 'https:' && url?.protocol !== 'http:')
    mistake(`webhook needs an address: webhook('https://…') or webhook(env('CLINIC_URL')), got ${show(text)}`)
  if (url.username !== '' || url.password !== '')
    mistake("webhook: a password must not be in the file; put it in a header: headers: { authorization: env('NAME') }")
}

function headersOf(subject: string, headers: unknown): Record<string, ReturnType<typeof settingIR>> {
  if (headers === null || typeof headers !== 'object') mistake(`${subject}: headers are { name: value }, got ${show(headers)}`)
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => {
      if (!/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/.test(name)) mistake(`${subject}: ${show(name)} is no name of a header`)
      return [name.toLowerCase(), settingIR(`${subject}: header '${name}'`, value)]
    }),
  )
}

/** A whole number from 1 under its name, if it is set. Throws `SPILL_DEFINITION`. */
export function countOf<Name extends 'attempts' | 'concurrency'>(subject: string, name: Name, value: unknown): { [N in Name]?: number } {
  if (value === undefined) return {}
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 1)
    mistake(`${subject}: ${name} is a number from 1, got ${show(value)}`)
  return { [name]: value } as { [N in Name]?: number }
}

/** Copies the value, so that later changes of it have no effect. */
function jsonOf(subject: string, value: unknown): unknown {
  const text: string | undefined = JSON.stringify(value)
  if (text === undefined) mistake(`${subject} is JSON, got ${show(value)}`)
  return JSON.parse(text)
}
