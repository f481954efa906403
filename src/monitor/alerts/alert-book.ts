/**
 * The alerts of a run: opens one when a condition has held for a time, folds conditions that it explains under it, and resolves it when the
 * condition has not held for a time. All state that must survive is in the alerts and `held-conditions.ts`; a restart reads them.
 *
 * A ticket hides no page. A page that folds under an alert of the whole pipeline, which explains it without lineage, is a notice of its own.
 *
 * A condition that an alert explains opens no alert of its own, also after that alert is resolved, until the condition ends once: a
 * short window still has the bad events of the outage. The same holds for a condition whose alert a person has resolved. Neither hides a
 * ticket that becomes a page, nor what an alert of the whole pipeline explained and left behind, but for objectives.
 */
import { limits } from '../../base/index.ts'
import type { PipelineIR } from '../../define/ir/index.ts'
import type { NamedValues, NamedWrite } from '../../log/index.ts'
import type { Alert, AlertCause, AlertChange, InhibitedCondition } from './alert.ts'
import { deleteAlert, numberedAlerts, type NumberedAlert, putAlert } from './alert-store.ts'
import { type AlertEdit, alertById, changedAlert, isSilenced } from './change-alert.ts'
import { type ConditionState, ConditionStates, keyText } from './condition-states.ts'
import { isResidue, pendingMs } from './condition-times.ts'
import type { AlertCondition } from './conditions.ts'
import { HeldConditions } from './held-conditions.ts'
import { affectedBy, type ConditionKey, explains, isExtension, isGeneral, type RankedCondition } from './reach.ts'
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
    for (const state of this.#upstreamFirst(this.#states.allPresent())) {
      const { condition } = state
      const open = this.#firingOf(condition)
      if (open) this.#raise(changes, now, open, state)
      else if (this.#states.hasLasted(state) && !this.#held.holds(condition)) this.#open(changes, now, condition)
    }
    for (const numbered of this.#alerts) {
      const { alert } = numbered
      if (alert.state !== 'firing' || !this.#states.isGone(alert)) continue
      this.#resolve(changes, now, numbered)
      this.#passOn(changes, now, alert)
    }
    for (const numbered of this.#alerts) if (numbered.alert.state === 'firing') this.#unfold(changes, now, numbered)
    this.#states.endUpdate(key => this.#firingOf(key)?.alert.severity === 'page')
    return this.#updateOf(changes.values())
  }

  /** Changes an alert on behalf of a person. Throws as `alertById` and `changedAlert` do. */
  edit(edit: AlertEdit, by: string, now: number): AlertUpdate & { readonly alert: Alert } {
    const { number, alert: before } = alertById(this.#alerts, edit.id)
    const { alert, notice } = changedAlert(before, edit, by, now)
    const changes = new Map<string, ChangedAlert>()
    this.#note(changes, { number, alert }, notice)
    if (before.state === 'firing' && alert.state === 'resolved') {
      this.#held.hold(this.#lasting(before), now)
      this.#passOn(changes, now, before)
    }
    return { alert, ...this.#updateOf(changes.values()) }
  }

  #releaseHeld(now: number): void {
    for (const state of this.#states.allPresent())
      if (state.condition.severity === 'ticket' && this.#states.isPageOver(state)) this.#held.lower(state.condition)
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
        return isFolded || !this.#held.holds(fresh.condition)
      }
      if (affectedBy(this.#ir, subject).groups.some(isBreached)) this.#states.raise(state)
    }
  }

  /** States whose condition no later one explains come first. */
  #upstreamFirst(states: ConditionState[]): ConditionState[] {
    return states.sort((a, b) => (explains(this.#ir, a.condition, b.condition) ? -1 : explains(this.#ir, b.condition, a.condition) ? 1 : 0))
  }

  #firingOf(condition: ConditionKey): NumberedAlert | undefined {
    return this.#alerts.find(({ alert }) => alert.state === 'firing' && keyText(alert) === keyText(condition))
  }

  /** Makes a ticket a page if its condition became one. A page whose condition was below it for a while is over, and the next one is news. */
  #raise(changes: Map<string, ChangedAlert>, now: number, open: NumberedAlert, state: ConditionState): void {
    const { number, alert } = open
    const { severity, summary } = state.condition
    if (severity !== 'page') return
    if (alert.severity === 'ticket') {
      state.paged = now
      this.#note(changes, { number, alert: { ...alert, severity, summary } }, 'raised')
      this.#absorbAll(changes, now, number)
    } else if (this.#states.isPageOver(state) && this.#states.hasLasted(state)) {
      this.#resolve(changes, now, open)
      this.#open(changes, now, state.condition)
      this.#passOn(changes, now, alert, this.#firingOf(state.condition)?.number)
    }
  }

  #resolve(changes: Map<string, ChangedAlert>, now: number, { number, alert }: NumberedAlert): void {
    this.#note(changes, { number, alert: { ...alert, state: 'resolved', resolved: now } }, 'resolved')
  }

  /** An alert that fires keeps its greatest severity, but by the present one it explains others. */
  #ranked(alert: Alert): RankedCondition {
    return { ...alert, severity: this.#states.severityOf(alert) ?? alert.severity }
  }

  /** The alert with the severity by which it goes on to explain: a page stays one until it is over, through short breaks. */
  #lasting<T extends RankedCondition>(alert: T): T {
    return { ...alert, severity: this.#states.lastingSeverityOf(alert) }
  }

  /** Does an alert explain a condition that is about to open? After its end, one of the whole pipeline explains only what is left of it. */
  #isCauseOf({ alert }: NumberedAlert, condition: AlertCondition): boolean {
    if (alert.state !== 'firing' || !explains(this.#ir, this.#ranked(alert), condition)) return false
    return !isGeneral(alert.cause) || this.#states.isCurrent(alert) || isResidue(condition)
  }

  /** Opens an alert, or folds the condition under the alert that explains it. */
  #open(changes: Map<string, ChangedAlert>, now: number, condition: AlertCondition): void {
    const cause = this.#alerts.find(numbered => this.#isCauseOf(numbered, condition))
    const pending = this.#states.allPresent().find(({ condition: other }) => explains(this.#ir, other, condition))
    if (cause) return this.#fold(changes, now, cause.number, condition)
    // Its cause is about to open.
    if (pending && !this.#held.holds(pending.condition)) return
    this.#held.release(condition)
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

  /** Ends an alert whose cause has become known, and lists it under the alert of the cause, with the conditions that it explains itself. */
  #absorb(changes: Map<string, ChangedAlert>, now: number, number: number, absorbed: NumberedAlert): void {
    const { alert } = absorbed
    this.#resolve(changes, now, absorbed)
    this.#fold(changes, now, number, this.#lasting(alert))
    this.#passOn(changes, now, alert, number)
  }

  /** Lists a condition under an alert. One that is listed as a ticket and has become a page is listed anew. */
  #fold(changes: Map<string, ChangedAlert>, now: number, number: number, condition: AlertCondition): void {
    const { alert } = this.#alerts.find(other => other.number === number)!
    this.#held.hold(condition, now)
    const { cause, subject, severity, summary } = condition
    const folded: InhibitedCondition = { cause, subject, severity, summary, since: now }
    const before = alert.inhibited.find(other => keyText(other) === keyText(folded))
    if (before && (before.severity === 'page' || severity === 'ticket')) return
    const inhibited = [...alert.inhibited.filter(other => other !== before), folded]
    this.#note(changes, { number, alert: { ...alert, inhibited } }, isExtension(alert, folded) ? 'extended' : undefined)
  }

  /** An alert has ended: the conditions that it explained go to the alert in its place, if there is one that explains them. */
  #passOn(changes: Map<string, ChangedAlert>, now: number, { cause, inhibited }: Alert, number?: number): void {
    const next = this.#alerts.find(other => other.number === number)
    for (const folded of inhibited) {
      const condition = { ...folded, severity: this.#states.severityOf(folded) ?? folded.severity }
      if (next && explains(this.#ir, this.#ranked(next.alert), condition)) this.#fold(changes, now, next.number, condition)
      else this.#endExplanation(now, cause, folded)
    }
  }

  /**
   * A condition is no longer explained. It is held on, since it may be left of the outage. A page that an alert of the whole pipeline explained,
   * without lineage, is not, unless it is one of an objective: nobody would hear of a fault of its own.
   */
  #endExplanation(now: number, cause: AlertCause, folded: InhibitedCondition): void {
    const condition: AlertCondition = this.#states.present(folded)?.condition ?? folded
    if (isGeneral(cause) && condition.severity === 'page' && !isResidue(condition)) this.#held.release(folded)
    else this.#held.extend(folded, now)
  }

  /** Drops the conditions that have ended, so that they open or fold anew when they come back, and those that the alert explains no more. */
  #unfold(changes: Map<string, ChangedAlert>, now: number, { number, alert }: NumberedAlert): void {
    const cause = this.#lasting(alert)
    const inhibited = alert.inhibited.filter(folded => {
      if (this.#firingOf(folded)) return false
      const isGone = this.#states.isGone(folded)
      const severity = this.#states.severityOf(folded) ?? folded.severity
      if (!isGone && explains(this.#ir, cause, { ...folded, severity })) return true
      if (isGone) this.#held.release(folded)
      else this.#endExplanation(now, alert.cause, folded)
      return false
    })
    if (inhibited.length < alert.inhibited.length) this.#note(changes, { number, alert: { ...alert, inhibited } })
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
