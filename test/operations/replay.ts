/** Lives through a planned history, and judges its alerts by the planted faults. */
import { rm, mkdtemp } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Alert } from '../../src/monitor/alerts/alert.ts'
import { type FaultKind, faultKinds, type FaultName, type OwedAlert } from './faults.ts'
import type { HistoryPlan, PlannedFault } from './history.ts'
import { DAY, MINUTE, START, STEP, type AlertNotice, World } from './world.ts'

/** A page that comes this long after the end of a fault still belongs to it, ms. */
const AFTERMATH_MS = 30 * MINUTE

/** A planted fault, and the alerts of its time. */
export interface JudgedFault {
  readonly name: FaultName
  /** UTC ms. */
  readonly from: number
  /** When its alert was owed, UTC ms; absent if it never was. */
  readonly owed?: number
  /** The alerts of its severity that opened from its begin to the end of its aftermath, as `cause-subject`. */
  readonly alerts: readonly string[]
  /** Minutes from when the alert was owed until it was sent, or, if it was open before, until its sentence named the fault; absent if it never did. */
  readonly minutes?: number
}

export interface JudgedHistory {
  readonly plan: HistoryPlan
  readonly faults: readonly JudgedFault[]
  /** All pages of the history. */
  readonly pages: number
  /** Pages at whose time no fault was. */
  readonly noise: readonly string[]
  /** Tickets at whose time no fault was. */
  readonly tickets: readonly string[]
  /** Records that the run accepted. */
  readonly accepted: number
  /** Records that no decision and no dead letter answers. */
  readonly lost: number
}

/** Was exactly the owed alert heard, once and in time? A fault that owes none is right if no page was heard. */
export function isRight({ name, alerts, minutes }: JudgedFault, withinMinutes = 5): boolean {
  const { owes }: FaultKind = faultKinds[name]
  if (!owes) return alerts.length === 0
  return alerts.length === 1 && alerts[0] === keyOf(owes) && minutes !== undefined && minutes <= withinMinutes
}

const keyOf = ({ cause, subject }: Pick<OwedAlert, 'cause' | 'subject'>): string => `${cause}-${subject}`

interface LivedFault extends PlannedFault {
  readonly kind: FaultKind
  owed?: number
  /** When the owed alert, if it was open before, first named this fault in its sentence, UTC ms. */
  named?: number
}

/** Lives through a history in a folder in memory, where there is one. */
export async function replay(plan: HistoryPlan, onDay: (day: number) => void = () => {}): Promise<JudgedHistory> {
  const folder = await mkdtemp(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'spillway-operations-'))
  try {
    const world = new World(join(folder, 'data'), plan.seed)
    const lived = plan.faults.map((fault): LivedFault => ({ ...fault, kind: faultKinds[fault.name] }))
    await world.start()
    for (let t = 0; t < plan.days * DAY; t += STEP) {
      if (t % DAY === 0) onDay(t / DAY)
      if (plan.deployments.includes(t)) {
        await world.stop()
        await world.start()
      }
      for (const fault of lived) liveFault(world, fault, t)
      await world.step()
      for (const fault of lived) if (isLasting(fault, t)) observeFault(world, fault)
    }
    await world.stop()
    return judged(plan, lived, world)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

const isLasting = ({ from, kind }: LivedFault, t: number): boolean => t >= from && t < from + kind.lasts

function liveFault(world: World, fault: LivedFault, t: number): void {
  const { from, kind } = fault
  if (t === from) kind.begin(world)
  if (isLasting(fault, t)) kind.step?.(world)
  if (t === from + kind.lasts) kind.end(world)
}

function observeFault(world: World, fault: LivedFault): void {
  const { kind } = fault
  if (fault.owed === undefined && kind.isManifest(world)) fault.owed = world.now
  if (fault.owed === undefined || fault.named !== undefined || !kind.isNamedIn) return
  const open = world.monitor.alerts.find(alert => alert.state === 'firing' && alert.opened <= START + fault.from && isOwed(kind, alert))
  if (open && kind.isNamedIn(world.monitor.summaryNow(open), world)) fault.named = world.now
}

const isOwed = ({ owes }: FaultKind, { cause, subject }: Alert): boolean => owes?.cause === cause && owes.subject === subject.name

function judged(plan: HistoryPlan, lived: readonly LivedFault[], { notices, accepted, produced, rejected }: World): JudgedHistory {
  const spans = lived.map(({ from, kind }) => [START + from, START + from + kind.lasts + AFTERMATH_MS] as const)
  const openedOf = (severity: OwedAlert['severity']): AlertNotice[] =>
    notices.filter(({ alert, change }) => alert.severity === severity && (change === 'opened' || change === 'raised'))
  // A fault that owes a ticket for days explains no page.
  const isExplained = (severity: OwedAlert['severity'], at: number): boolean =>
    spans.some(
      ([from, until], i) =>
        lived[i].kind.owes && (severity === 'ticket' || lived[i].kind.owes.severity === 'page') && at > from && at <= until,
    )
  const outside = (severity: OwedAlert['severity']): string[] =>
    openedOf(severity)
      .filter(({ at }) => !isExplained(severity, at))
      .map(({ at, alert }) => `${new Date(at).toISOString()} ${alert.id}: ${alert.summary}`)
  const faults = lived.map(({ name, from, owed, named, kind }, i): JudgedFault => {
    const [begin, end] = spans[i]
    const opened = openedOf(kind.owes?.severity ?? 'page').filter(({ at, alert }) => at > begin && at <= end && isOf(kind, alert.cause))
    const first = named ?? opened[0]?.at
    return {
      name,
      from: START + from,
      alerts: [
        ...(named !== undefined && kind.owes ? [keyOf(kind.owes)] : []),
        ...opened.map(({ alert }) => keyOf({ cause: alert.cause, subject: alert.subject.name })),
      ],
      ...(owed !== undefined && { owed }),
      ...(first !== undefined && owed !== undefined && { minutes: Math.max(0, first - owed) / MINUTE }),
    }
  })
  return {
    plan,
    faults,
    pages: openedOf('page').length,
    noise: outside('page'),
    tickets: outside('ticket'),
    accepted,
    lost: produced - accepted - rejected,
  }
}

/** A ticket of another cause may be open in the days of a fault that owes a ticket; no other page may be heard in those of one that owes a page. */
const isOf = ({ owes }: FaultKind, cause: OwedAlert['cause']): boolean => owes?.severity !== 'ticket' || cause === owes.cause
