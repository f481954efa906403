/** The lines of the three NDJSON files, all in order of time. */
import { DAY_SECONDS, type Payment } from './spending.ts'
import type { Simulator } from './simulator.ts'

/** Days from a fraud to its chargeback. */
export const LABEL_DAYS = 7

export interface Line {
  readonly to: 'payments' | 'labels' | 'planted'
  /** Seconds since the start. */
  readonly at: number
  readonly text: string
}

/**
 * Each payment, directly after it the planted fraud, and its label when it is due. Memory holds a week of labels. `start` is UTC ms at a
 * midnight.
 */
export function* linesOf(simulator: Simulator, start: number): Generator<Line> {
  const moment = momentsFrom(start)
  let labels: Line[] = []
  let next = 0
  let count = 0
  let day = 0
  for (const payments of simulator.days()) {
    for (const payment of payments) {
      const at = day * DAY_SECONDS + payment.second
      while (next < labels.length && labels[next].at <= at) yield labels[next++]
      const id = count++
      yield { to: 'payments', at, text: paymentText(id, payment, moment(at)) }
      if (payment.scenario === undefined) continue
      yield { to: 'planted', at, text: plantedText(id, payment) }
      const known = at + LABEL_DAYS * DAY_SECONDS
      labels.push({
        to: 'labels',
        at: known,
        text: `{"payment":"${id}","terminal":"t${payment.terminal}","fraud":true,"at":"${moment(known)}"}\n`,
      })
    }
    day++
    labels = labels.slice(next)
    next = 0
  }
  yield* labels
}

/** `at`: ISO 8601. Includes the end of the line. */
export function paymentText(id: number, { customer, terminal, cents }: Payment, at: string): string {
  const amount = `${Math.floor(cents / 100)}.${twoDigits[cents % 100]}`
  return `{"id":"${id}","card":"c${customer}","terminal":"t${terminal}","amount":${amount},"at":"${at}"}\n`
}

function plantedText(id: number, { scenario, burst, isTest }: Payment): string {
  const ofBurst = burst === undefined ? '' : `,"burst":${burst},"test":${isTest}`
  return `{"payment":"${id}","scenario":"${scenario}"${ofBurst}}\n`
}

/** `Date` for each payment would cost more than everything else. */
function momentsFrom(start: number): (seconds: number) => string {
  const days: string[] = []
  return seconds => {
    const day = Math.floor(seconds / DAY_SECONDS)
    days[day] ??= new Date(start + day * DAY_SECONDS * 1000).toISOString().slice(0, 11)
    const rest = seconds - day * DAY_SECONDS
    return `${days[day]}${twoDigits[Math.floor(rest / 3600)]}:${twoDigits[Math.floor(rest / 60) % 60]}:${twoDigits[rest % 60]}Z`
  }
}

const twoDigits = Array.from({ length: 100 }, (_, i) => String(i).padStart(2, '0'))
