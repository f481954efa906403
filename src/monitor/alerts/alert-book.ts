/**
 * The alerts of a run: opens one when a condition has held for a time, folds conditions that it explains under it, and resolves it when the
 * condition has not held for a time. All state that must survive is in the alerts and `held-conditions.ts`; a restart reads them.
 *
 * A ticket hides no page. A page that folds under an alert of the whole pipeline, which explains it without lineage, is a notice of its own.
 *
 * A condition that an alert explains opens no alert of its own, also after that alert is resolved, until the condition ends once: a
 * short window still has the bad events of the outage. The same holds for a condition whose alert a person has resolved.
 */
import { limits } from '../../base/index.ts'
import type { PipelineIR } from '../../define/ir/index.ts'
import type { NamedValues, NamedWrite } from '../../log/index.ts'
import type { Alert, AlertCause, AlertChange, InhibitedCondition } from '../alert.ts'
import { deleteAlert, numberedAlerts, type NumberedAlert, putAlert } from './alert-store.ts'
import { type AlertEdit, alertById, changedAlert, isSilenced } from './change-alert.ts'
import { type ConditionState, ConditionStates, keyText } from './condition-states.ts'
import type { AlertCondition } from './conditions.ts'
import { HeldConditions } from './held-conditions.ts'
import { affectedBy, type ConditionKey, explains, isGeneral, type RankedCondition } from './reach.ts'
import { firstCommand, runbookOf } from './runbooks.ts'

/** A change of an alert. */
export interface ChangedAlert {
  readonly alert: Alert
  /** The change of which receivers are notified; absent for a change inside of the run alone. */
  readonly notice?: AlertChange
}

/** Changes of alerts, and the named values to commit before anyone is notified. */
export interface AlertUpdate {
  readonly changes: readonly ChangedAlert[]
  readonly put: readonly NamedWrite[]
}

/** Causes that follow from others wait longer, so that the cause is known first. */
const downstream: readonly AlertCause[] = ['freshness', 'deadline', 'errors']

const pendingMs = ({ cause, isCertain = false }: AlertCondition): number =>
  isCertain ? 0 : downstream.includes(cause) ? limits.ALERT_DOWNSTREAM_PENDING_MS : limits.ALERT_PENDING_MS

export class AlertBook {
  readonly #ir: PipelineIR
  readonly #data: string
  #alerts: NumberedAlert[]
  readonly #states = new ConditionStates()
  readonly #held: HeldConditions

  constructor(ir: PipelineIR, data: string, store: Pick<NamedValues, 'named'>, onReport?: (report: string) => void) {
    this.#ir = ir
    this.#data = data
    this.#alerts = numberedAlerts(store, onReport)
    this.#held = new HeldConditions(store, onReport)
  }

  /** All alerts, oldest first. */
  get alerts(): readonly Alert[] {
    return this.#alerts.map(({ alert }) => alert)
  }

  /** Alerts that fire, oldest first. */
  get firing(): readonly Alert[] {
    return this.alerts.filter(({ state }) => state === 'firing')
  }

  /** The sentence of an alert with the values of the last sample; that at its opening while its condition does not hold. */
  summaryNow(alert: Alert): string {
    return this.#states.present(alert)?.condition.summary ?? alert.summary
  }

  /** Updates the alerts by the conditions that hold at `now`, UTC ms. The alert of a condition that is `unknown` goes on as it is. */
  update(now: number, conditions: readonly AlertCondition[], unknown: readonly ConditionKey[] = []): AlertUpdate {
    const changes = new Map<string, ChangedAlert>()
    this.#held.move(this.#states.jumpMs(now))
    this.#states.observe(now, conditions, unknown)
    this.#releaseHeld(now)
    this.#raiseLags(now)
    for (const { condition, since } of this.#upstreamFirst(this.#states.allPresent())) {
      const open = this.#firingOf(condition)
      if (open) this.#raise(changes, now, open, condition)
      else if (now - since >= pendingMs(condition) && !this.#held.has(condition)) this.#open(changes, now, condition)
    }
    for (const { number, alert } of this.#alerts)
      if (alert.state === 'firing' && this.#states.isGone(alert))
        this.#note(changes, { number, alert: { ...alert, state: 'resolved', resolved: now } }, 'resolved')
    for (const numbered of this.#alerts) if (numbered.alert.state === 'firing') this.#unfold(changes, numbered)
    this.#states.forgetGone()
    return this.#updateOf(changes.values())
  }

  /** Changes an alert on behalf of a person. Throws as `alertById` and `changedAlert` do. */
  edit(edit: AlertEdit, by: string, now: number): AlertUpdate & { readonly alert: Alert } {
    const { number, alert: before } = alertById(this.#alerts, edit.id)
    const { alert, notice } = changedAlert(before, edit, by, now)
    const changes = new Map<string, ChangedAlert>()
    if (before.state === 'firing' && alert.state === 'resolved') this.#held.hold(alert, now)
    this.#note(changes, { number, alert }, notice)
    return { alert, ...this.#updateOf(changes.values()) }
  }

  #releaseHeld(now: number): void {
    const explained = new Set(this.firing.flatMap(({ inhibited }) => inhibited.map(keyText)))
    this.#held.releaseEnded(
      now,
      key => this.#states.mayHold(key),
      key => explained.has(key),
    )
  }

  /**
   * A source that falls behind is a page while a group that it reaches breaches its freshness objective at page severity: the cause is the
   * lag, and a ticket explains no page. Where a page would be silenced it stays a ticket, so that it hides no page.
   */
  #raiseLags(now: number): void {
    for (const state of this.#states.allPresent()) {
      const { cause, subject, severity } = state.condition
      if (cause !== 'lag' || severity === 'page') continue
      const alert = this.#firingOf(state.condition)?.alert
      if (alert && isSilenced({ ...alert, severity: 'page' }, now)) continue
      const isBreached = (name: string): boolean => {
        const fresh = this.#states.present({ cause: 'freshness', subject: { kind: 'group', name } })
        if (fresh?.condition.severity !== 'page' || now - fresh.since < pendingMs(fresh.condition)) return false
        const isFolded = alert?.inhibited.some(folded => keyText(folded) === keyText(fresh.condition)) ?? false
        return isFolded || !this.#held.has(fresh.condition)
      }
      if (affectedBy(this.#ir, subject).groups.some(isBreached)) state.condition = { ...state.condition, severity: 'page' }
    }
  }

  /** States whose condition no later one explains come first. */
  #upstreamFirst(states: ConditionState[]): ConditionState[] {
    return states.sort((a, b) => (explains(this.#ir, a.condition, b.condition) ? -1 : explains(this.#ir, b.condition, a.condition) ? 1 : 0))
  }

  #firingOf(condition: ConditionKey): NumberedAlert | undefined {
    return this.#alerts.find(({ alert }) => alert.state === 'firing' && keyText(alert) === keyText(condition))
  }

  /** Makes a ticket a page if its condition became one. */
  #raise(changes: Map<string, ChangedAlert>, now: number, { number, alert }: NumberedAlert, { severity, summary }: AlertCondition): void {
    if (severity !== 'page' || alert.severity === 'page') return
    this.#note(changes, { number, alert: { ...alert, severity, summary } }, 'raised')
    this.#absorbAll(changes, now, number)
  }

  /** A firing alert keeps its greatest severity, but explains others only by the present one. */
  #ranked(alert: Alert): RankedCondition {
    return { ...alert, severity: this.#states.severityOf(alert) ?? alert.severity }
  }

  /** Opens an alert, or folds the condition under the alert that explains it. */
  #open(changes: Map<string, ChangedAlert>, now: number, condition: AlertCondition): void {
    const cause = this.#alerts.find(({ alert }) => alert.state === 'firing' && explains(this.#ir, this.#ranked(alert), condition))
    const pending = this.#states.allPresent().find(({ condition: other }) => explains(this.#ir, other, condition))
    if (cause) return this.#fold(changes, now, cause, condition)
    // Its cause is about to open.
    if (pending && !this.#held.has(pending.condition)) return
    const { subject, severity, summary, began = now } = condition
    const number = (this.#alerts.at(-1)?.number ?? 0) + 1
    const silenced = this.#alerts.findLast(({ alert }) => keyText(alert) === keyText(condition) && isSilenced(alert, now))?.alert.silenced
    const opened: NumberedAlert = {
      number,
      alert: {
        id: `${condition.cause}-${subject.name}-${number}`,
        pipeline: this.#ir.name,
        cause: condition.cause,
        subject,
        severity,
        state: 'firing',
        ...(began < now && { began }),
        opened: now,
        summary,
        affected: affectedBy(this.#ir, subject),
        runbook: runbookOf(condition.cause),
        command: firstCommand(condition, this.#data),
        inhibited: [],
        ...(silenced && { silenced }),
      },
    }
    this.#alerts.push(opened)
    this.#note(changes, opened, 'opened')
    this.#absorbAll(changes, now, number)
  }

  /** Ends the alerts that an alert explains, but for those that were there long before: a cause comes before what follows from it. */
  #absorbAll(changes: Map<string, ChangedAlert>, now: number, number: number): void {
    const { alert } = this.#alerts.find(other => other.number === number)!
    for (const other of this.#alerts) {
      const isEarlier = now - other.alert.opened > limits.ALERT_ABSORBED_MS_MAX
      if (other.alert.state === 'firing' && !isEarlier && explains(this.#ir, alert, other.alert)) this.#absorb(changes, now, number, other)
    }
  }

  /** Ends an alert whose cause has become known, and lists it under the alert of the cause. */
  #absorb(changes: Map<string, ChangedAlert>, now: number, number: number, { number: absorbed, alert }: NumberedAlert): void {
    this.#note(changes, { number: absorbed, alert: { ...alert, state: 'resolved', resolved: now } }, 'resolved')
    this.#fold(
      changes,
      now,
      this.#alerts.find(other => other.number === number)!,
      alert,
    )
  }

  #fold(changes: Map<string, ChangedAlert>, now: number, { number, alert }: NumberedAlert, condition: AlertCondition): void {
    this.#held.hold(condition, now)
    const { cause, subject, severity, summary } = condition
    const folded: InhibitedCondition = { cause, subject, severity, summary, since: now }
    if (alert.inhibited.some(other => keyText(other) === keyText(folded))) return
    const isNews = severity === 'page' && isGeneral(alert.cause) && subject.kind !== alert.subject.kind
    this.#note(changes, { number, alert: { ...alert, inhibited: [...alert.inhibited, folded] } }, isNews ? 'extended' : undefined)
  }

  /** Drops the conditions that have ended, so that they open or fold anew when they come back. */
  #unfold(changes: Map<string, ChangedAlert>, { number, alert }: NumberedAlert): void {
    const gone = alert.inhibited.filter(folded => this.#states.isGone(folded))
    if (gone.length === 0) return
    for (const folded of gone) this.#held.release(folded)
    this.#note(changes, { number, alert: { ...alert, inhibited: alert.inhibited.filter(folded => !gone.includes(folded)) } })
  }

  #note(changes: Map<string, ChangedAlert>, { number, alert }: NumberedAlert, notice?: AlertChange): void {
    const index = this.#alerts.findIndex(other => other.number === number)
    const before = this.#alerts[index]?.alert
    this.#alerts[index] = { number, alert }
    if (before === alert && notice === undefined) return
    const earlier = changes.get(alert.id)?.notice
    // One message says both that an alert opened and what it explains.
    const change = notice === 'extended' ? (earlier ?? notice) : (notice ?? earlier)
    changes.set(alert.id, { alert, ...(change && { notice: change }) })
  }

  #updateOf(changes: Iterable<ChangedAlert>): AlertUpdate {
    const all = [...changes]
    const put = all.flatMap(({ alert }) => putAlert(this.#alerts.find(other => other.alert.id === alert.id)!))
    const oldest = (this.#alerts.at(-1)?.number ?? 0) - limits.ALERTS_KEPT
    const outdated = this.#alerts.filter(({ number, alert }) => number <= oldest && alert.state !== 'firing')
    if (outdated.length > 0) this.#alerts = this.#alerts.filter(numbered => !outdated.includes(numbered))
    return { changes: all, put: [...put, ...outdated.map(deleteAlert), ...this.#held.changed()] }
  }
}
