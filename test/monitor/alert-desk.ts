/** A pipeline with two chains of source, feature group, model and action, conditions of its parts, and a book of its alerts. */
import assert from 'node:assert/strict'
import { action, count, entity, features, model, on, pipeline, rules, source, stream, t } from '../../src/index.ts'
import type { AlertCause, AlertSeverity, AlertSubject } from '../../src/monitor/alerts/alert.ts'
import { AlertBook, type AlertUpdate } from '../../src/monitor/alerts/alert-book.ts'
import { storedAlerts } from '../../src/monitor/alerts/alert-store.ts'
import type { AlertCondition } from '../../src/monitor/alerts/conditions.ts'

const card = entity('card', t.string())
const from = (name: string) => source(name, { schema: { id: t.string(), card, at: t.timestamp() }, key: 'card', time: 'at', id: 'id' })
const [payments, logins] = [from('payments'), from('logins')]
const group = (name: string, of: typeof payments) =>
  features(name, { from: of, entity: card, place: stream, values: () => ({ n: count('1h') }) })
const [paid, logged] = [group('paid', payments), group('logged', logins)]
const fraud = model('fraud', { decide: on(payments), inputs: p => ({ ...paid.of(p.card) }), score: () => rules([], 0.5) })
const takeover = model('takeover', { decide: on(logins), inputs: p => ({ ...logged.of(p.card) }), score: () => rules([], 0.5) })
const block = action('block', { when: fraud.score.gte(0.5), do: () => {}, deadline: '1s' })
const notice = action('notice', { when: takeover.score.gte(0.5), do: () => {}, deadline: '1s' })
export const { ir } = pipeline('shop', [block, notice])

const begin = Date.parse('2026-01-01T00:00Z')
export const STEP = 10_000

/** A condition of a part of the pipeline. */
export const condition = (
  cause: AlertCause,
  kind: AlertSubject['kind'],
  name: string,
  severity: AlertSeverity = 'page',
): AlertCondition => ({
  cause,
  subject: { kind, name },
  severity,
  summary: `${cause} at ${name}`,
})
export const dead = condition('source-stopped', 'source', 'payments')
export const stale = condition('freshness', 'group', 'paid')
export const missed = condition('deadline', 'action', 'block')
export const elsewhere = condition('deadline', 'action', 'notice')

/** A book over a store in memory, on a clock that moves 10 s with each update. */
export class Desk {
  readonly values = new Map<string, string>()
  readonly messages: string[] = []
  now = begin
  readonly store = {
    named: (prefix: string) => [...this.values].filter(([name]) => name.startsWith(prefix)).sort(([a], [b]) => (a < b ? -1 : 1)),
  }
  book = this.reopened()

  reopened(onReport?: (report: string) => void): AlertBook {
    return new AlertBook(ir, '.spillway', this.store, onReport)
  }

  /** Updates for `ms` while it is unknown whether these conditions hold. */
  wait(ms: number, ...unknown: readonly AlertCondition[]): this {
    for (const end = this.now + ms; this.now < end;) this.#record(this.book.update((this.now += STEP), [], unknown))
    return this
  }

  /** Updates for `ms` while these conditions hold. */
  hold(ms: number, ...conditions: readonly AlertCondition[]): this {
    for (const end = this.now + ms; this.now < end;) this.#record(this.book.update((this.now += STEP), conditions))
    return this
  }

  edit(...[edit, by = 'cli:ann']: Parameters<AlertBook['edit']> | [Parameters<AlertBook['edit']>[0]]): void {
    this.#record(this.book.edit(edit, by, this.now))
  }

  #record({ changes, put }: AlertUpdate): void {
    for (const [name, value] of put)
      if (value === null) this.values.delete(name)
      else this.values.set(name, value)
    for (const { alert, notice } of changes) if (notice) this.messages.push(`${notice} ${alert.id}`)
    assert.deepEqual(storedAlerts(this.store), this.book.alerts)
  }

  get states(): string[] {
    return this.book.alerts.map(({ id, state, severity }) => `${id} ${state} ${severity}`)
  }
}
