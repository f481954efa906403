/** Receivers of alerts, as `spillway.config.ts` lists them: a webhook of your own, Slack, PagerDuty, Alertmanager. */
import { type Duration, show } from '../../base/index.ts'
import { type Setting, settingIR } from '../action/setting.ts'
import type { SettingIR } from '../ir/index.ts'
import { durationOf, mistake } from '../mistake/mistake.ts'
import { checkOptions, checkTitle, parseOptions } from '../mistake/names.ts'

declare const alertDestination: unique symbol

/** A receiver of alerts, made by `alertWebhook`, `slack`, `pagerDuty` or `alertmanager`. */
export interface AlertDestination {
  readonly [alertDestination]: true
}

/** Options that all receivers of alerts have. */
export interface AlertDestinationOptions {
  /** Its name in messages and in `GET /alerts`. Default: its kind. Two receivers of one kind need names. */
  readonly name?: string
  /** Least severity of its notifications: `'page'`, or `'ticket'` for all alerts. Default `'ticket'`; `'page'` for PagerDuty. */
  readonly severity?: 'page' | 'ticket'
  /** Interval at which it is reminded of an alert that is still open and that nobody has acknowledged. Default: never. */
  readonly remind?: Duration
  /** Timeout of one attempt, from connecting to the end of the answer. Default 5 s. */
  readonly timeout?: Duration
  /** Allows private and loopback addresses. Link-local addresses and the metadata services of clouds are never allowed. */
  readonly allowPrivate?: boolean
}

/** Options of `alertWebhook`. */
export interface AlertWebhookOptions extends AlertDestinationOptions {
  /** Secret that signs each notification by Standard Webhooks, as that of `webhook`. */
  readonly secret?: Setting
  /** Further HTTP headers, such as `{ authorization: env('TOKEN') }`. */
  readonly headers?: Readonly<Record<string, string | Setting>>
}

/** Options of `pagerDuty`. */
export interface PagerDutyOptions extends AlertDestinationOptions {
  /** The address of the Events API. Default `https://events.pagerduty.com/v2/enqueue`; other regions have their own. */
  readonly url?: string | Setting
}

/** Options of `alertmanager`. */
export interface AlertmanagerOptions extends AlertDestinationOptions {
  /** Further HTTP headers, such as `{ authorization: env('TOKEN') }`. */
  readonly headers?: Readonly<Record<string, string | Setting>>
}

/** A receiver of alerts as plain data. Times are milliseconds. */
export interface AlertDestinationIR {
  readonly kind: 'webhook' | 'slack' | 'pagerduty' | 'alertmanager'
  readonly name: string
  readonly severity: 'page' | 'ticket'
  readonly url: SettingIR
  /** The integration key of PagerDuty. */
  readonly key?: SettingIR
  readonly secret?: SettingIR
  readonly headers?: Readonly<Record<string, SettingIR>>
  readonly remind?: number
  readonly timeout?: number
  readonly allowPrivate?: true
}

class AlertDestinationValue {
  readonly ir: AlertDestinationIR
  constructor(ir: AlertDestinationIR) {
    this.ir = Object.freeze(ir)
    Object.freeze(this)
  }
}

/**
 * Posts alerts to a receiver of your own as JSON, `{ type: 'alert.opened', timestamp, data: { dedupKey, alert } }`, with an idempotency key
 * and, with a secret, signed by Standard Webhooks.
 *
 * @throws SpillwayError `SPILL_DEFINITION` for an address that is no HTTP URL, a secret in the file, or an option that does not fit.
 * @example
 * export default defineConfig({ alerts: { notify: [alertWebhook('https://ops.example/alerts', { secret: env('ALERTS_SECRET') })] } })
 */
export function alertWebhook(url: string | Setting, options: AlertWebhookOptions = {}): AlertDestination {
  const subject = 'alertWebhook'
  const { secret, headers, ...common } = checkedOptions(subject, options, ['secret', 'headers'])
  return destinationOf({
    kind: 'webhook',
    ...commonIR(subject, 'webhook', 'ticket', common),
    url: urlOf(subject, url),
    ...parseOptions(subject, { secret }, secretOf),
    ...parseOptions(subject, { headers }, headersOf),
  })
}

/**
 * Posts alerts to a channel of Slack by an incoming webhook. Its address is a secret, so it comes from the environment or a file.
 *
 * @throws SpillwayError `SPILL_DEFINITION` for an address in the file, or an option that does not fit.
 * @example
 * export default defineConfig({ alerts: { notify: [slack(env('SLACK_WEBHOOK_URL'), { remind: '4h' })] } })
 */
export function slack(url: Setting, options: AlertDestinationOptions = {}): AlertDestination {
  const subject = 'slack'
  return destinationOf({
    kind: 'slack',
    ...commonIR(subject, 'slack', 'ticket', checkedOptions(subject, options)),
    url: secretOf(`${subject}: the address`, url),
  })
}

/**
 * Opens, acknowledges and resolves incidents in PagerDuty (Events API v2). `key` is the integration key of a service.
 *
 * Pages become critical incidents. Tickets are left out, unless `severity` is `'ticket'`: then they are warnings.
 *
 * @throws SpillwayError `SPILL_DEFINITION` for a key in the file, or an option that does not fit.
 * @example
 * export default defineConfig({ alerts: { notify: [pagerDuty(env('PAGERDUTY_KEY'))] } })
 */
export function pagerDuty(key: Setting, options: PagerDutyOptions = {}): AlertDestination {
  const subject = 'pagerDuty'
  const { url = 'https://events.pagerduty.com/v2/enqueue', ...common } = checkedOptions(subject, options, ['url'])
  return destinationOf({
    kind: 'pagerduty',
    ...commonIR(subject, 'pagerduty', 'page', common),
    url: urlOf(subject, url),
    key: secretOf(`${subject}: the key`, key),
  })
}

/**
 * Posts alerts to Prometheus Alertmanager (API v2), which groups, silences and routes them. `url` is its address, such as
 * `http://alertmanager:9093`.
 *
 * @throws SpillwayError `SPILL_DEFINITION` for an address that is no HTTP URL, or an option that does not fit.
 * @example
 * export default defineConfig({ alerts: { notify: [alertmanager('http://alertmanager:9093', { allowPrivate: true })] } })
 */
export function alertmanager(url: string | Setting, options: AlertmanagerOptions = {}): AlertDestination {
  const subject = 'alertmanager'
  const { headers, ...common } = checkedOptions(subject, options, ['headers'])
  return destinationOf({
    kind: 'alertmanager',
    ...commonIR(subject, 'alertmanager', 'ticket', common),
    url: urlOf(subject, url),
    ...parseOptions(subject, { headers }, headersOf),
  })
}

/** The receivers as plain data. @throws `SPILL_DEFINITION` for a value that is none, and for a name that is used twice. */
export function alertDestinationsIR(subject: string, receivers: unknown): AlertDestinationIR[] {
  if (!Array.isArray(receivers)) mistake(`${subject} is a list of receivers: [slack(env('SLACK_URL'))], got ${show(receivers)}`)
  const irs = receivers.map((receiver: unknown) => {
    if (receiver instanceof AlertDestinationValue) return receiver.ir
    return mistake(`${subject} lists alertWebhook(…), slack(…), pagerDuty(…) or alertmanager(…), got ${show(receiver)}`)
  })
  const names = new Set<string>()
  for (const { name, kind } of irs) {
    if (names.has(name)) mistake(`${subject} has two receivers '${name}'; give one of them a name: { name: '${kind}-2' }`)
    names.add(name)
  }
  return irs
}

const destinationOf = (ir: AlertDestinationIR): AlertDestination => new AlertDestinationValue(ir) as unknown as AlertDestination

function checkedOptions<O extends AlertDestinationOptions>(subject: string, options: O, names: readonly string[] = []): O {
  checkOptions(subject, options, ['name', 'severity', 'remind', 'timeout', 'allowPrivate', ...names])
  return options
}

function commonIR(subject: string, kind: string, leastSeverity: 'page' | 'ticket', options: AlertDestinationOptions) {
  const { name = kind, severity = leastSeverity, remind, timeout, allowPrivate = false } = options
  if (!['page', 'ticket'].includes(severity)) mistake(`${subject}: severity is 'page' or 'ticket', got ${show(severity)}`)
  if (typeof allowPrivate !== 'boolean') mistake(`${subject}: allowPrivate is true or false, got ${show(allowPrivate)}`)
  return {
    name: checkTitle(`${subject}: the name`, name),
    severity,
    ...parseOptions(subject, { remind, timeout }, durationOf),
    ...(allowPrivate && ({ allowPrivate } as const)),
  }
}

function urlOf(subject: string, url: unknown): SettingIR {
  const setting = settingIR(`${subject}: the address`, url)
  if (setting.kind !== 'value') return setting
  const parsed = URL.parse(setting.value)
  if (parsed?.protocol !== 'https:' && parsed?.protocol !== 'http:') mistake(`${subject} needs an address: 'https://…', got ${show(url)}`)
  if (parsed.username !== '' || parsed.password !== '') mistake(`${subject}: a password must not be in the file; give it in a header`)
  return setting
}

function secretOf(subject: string, value: unknown): SettingIR {
  if (typeof value === 'string') mistake(`${subject} is a secret and must not be in the file; write env('NAME') or secretFile('…')`)
  return settingIR(subject, value)
}

function headersOf(subject: string, headers: unknown): Record<string, SettingIR> {
  if (headers === null || typeof headers !== 'object') mistake(`${subject} are { name: value }, got ${show(headers)}`)
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), settingIR(`${subject} '${name}'`, value)]))
}
