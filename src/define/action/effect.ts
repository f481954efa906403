/** What an action can do: the words after `do`. */
import type { Duration } from '../../base/time.ts'
import { show } from '../../base/show.ts'
import type { EffectIR, Value } from '../ir/ir.ts'
import { durationOf, mistake } from '../mistake/mistake.ts'
import { checkOptions } from '../mistake/names.ts'
import { settingOf, type Setting } from './setting.ts'

declare const effect: unique symbol

/** What an action does, made by `webhook`, `stdout`, `appendTo` or `answer`. */
export interface Effect {
  readonly [effect]: true
}

/** JSON, as an answer is. */
export type Json = Value | readonly Json[] | { readonly [name: string]: Json }

export interface WebhookOptions {
  /** Signs each delivery as Standard Webhooks says: `whsec_…`, or at least 24 bytes of text; several, separated by spaces, while one replaces another. */
  readonly secret?: Setting
  readonly headers?: Readonly<Record<string, string | Setting>>
  /** For one try, from connecting to the end of the response; 5 s unless given. */
  readonly timeout?: Duration
  /** Tries before a delivery is dead: 15 unless given, which takes about an hour and a half. */
  readonly attempts?: number
  /** Deliveries on their way at once; 16 unless given. */
  readonly concurrency?: number
  /** Private and loopback addresses are refused unless this says otherwise; link-local ones, and where else clouds keep a machine's secrets, always. */
  readonly allowPrivate?: boolean
}

export class EffectValue {
  readonly ir: EffectIR
  constructor(ir: EffectIR) {
    this.ir = Object.freeze(ir)
    Object.freeze(this)
  }
}

const made = (ir: EffectIR): Effect => new EffectValue(ir) as unknown as Effect

/** Posts the effect as JSON, signed and with an idempotency key, again until it is acknowledged by a 2xx. */
export function webhook(url: string | Setting, options: WebhookOptions = {}): Effect {
  const what = 'webhook'
  checkOptions(what, options, ['secret', 'headers', 'timeout', 'attempts', 'concurrency', 'allowPrivate'])
  const { secret, headers, timeout, allowPrivate = false } = options
  const address = settingOf(`${what}: the address`, url)
  if (address.kind === 'value') checkAddress(address.value)
  if (typeof secret === 'string') mistake(`${what}: a secret does not stand in the file; write secret: env('NAME') or secretFile('…')`)
  if (typeof allowPrivate !== 'boolean') mistake(`${what}: allowPrivate is true or false, got ${show(allowPrivate)}`)
  return made({
    kind: 'webhook',
    url: address,
    ...(secret !== undefined && { secret: settingOf(`${what}: secret`, secret) }),
    ...(headers !== undefined && { headers: headersOf(what, headers) }),
    ...(timeout !== undefined && { timeout: durationOf(`${what}: timeout`, timeout) }),
    ...countOf(what, 'attempts', options.attempts),
    ...countOf(what, 'concurrency', options.concurrency),
    ...(allowPrivate && { allowPrivate }),
  })
}

/** Prints the effect as a line of JSON on standard output. */
export const stdout = (): Effect => made({ kind: 'stdout' })

/** Appends the effect as a line of JSON to a file; where that was moved or deleted, to a new one of its name, so that it can be rotated. */
export const appendTo = (path: string | Setting): Effect => made({ kind: 'file', path: settingOf('appendTo: the file', path) })

/**
 * Answers who sent the event, or asked, in the response itself. `otherwise` is the answer where the deadline comes before a decision: say what is safe
 * then. `explored` is the answer to a decision that the action leaves undone to see what comes of it (`explore`): what you answer where it does not follow; no answer unless given. An answer is
 * not sent again, since who waits for it is gone.
 */
export function answer(given: Json, options: { readonly otherwise?: Json; readonly explored?: Json } = {}): Effect {
  checkOptions('answer', options, ['otherwise', 'explored'])
  const { otherwise, explored } = options
  return made({
    kind: 'answer',
    answer: jsonOf('answer', given),
    ...(otherwise !== undefined && { otherwise: jsonOf('answer: otherwise', otherwise) }),
    ...(explored !== undefined && { explored: jsonOf('answer: explored', explored) }),
  })
}

function checkAddress(text: string): void {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url?.protocol !== 'https:' && url?.protocol !== 'http:')
    mistake(`webhook needs an address: webhook('https://…') or webhook(env('CLINIC_URL')), got ${show(text)}`)
  if (url.username !== '' || url.password !== '')
    mistake("webhook: a password does not stand in the file; put it in a header: headers: { authorization: env('NAME') }")
}

function headersOf(what: string, headers: unknown): Record<string, ReturnType<typeof settingOf>> {
  if (headers === null || typeof headers !== 'object') mistake(`${what}: headers are { name: value }, got ${show(headers)}`)
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => {
      if (!/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/.test(name)) mistake(`${what}: ${show(name)} is no name of a header`)
      return [name.toLowerCase(), settingOf(`${what}: header '${name}'`, value)]
    }),
  )
}

function countOf<Name extends 'attempts' | 'concurrency'>(what: string, name: Name, given: unknown): { [N in Name]?: number } {
  if (given === undefined) return {}
  if (typeof given !== 'number' || !Number.isInteger(given) || given < 1) mistake(`${what}: ${name} is a number from 1, got ${show(given)}`)
  return { [name]: given } as { [N in Name]?: number }
}

/** A copy, so that what is changed later is not what was meant. */
function jsonOf(what: string, given: unknown): unknown {
  const text: string | undefined = JSON.stringify(given)
  if (text === undefined) mistake(`${what} is JSON, got ${show(given)}`)
  return JSON.parse(text)
}
