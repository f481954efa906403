/** Payments with a drift from some day on, sent to a run day by day, for the tests of trainings on drift. */
import { recordBatchOf } from '../../src/intake/record-batch.ts'
import { random } from '../../src/base/random.ts'
import type { TrainingRun } from './training-run.ts'
import { startTime, DAY, HOUR, type Chargeback, type Payment } from './fraud-pipeline.ts'

export interface DriftScenario {
  readonly days: number
  readonly perDay?: number
  readonly seed?: number
  /** From the start of this day on… */
  readonly from?: number
  /** …amounts are larger, more of them are missing, or fraud is unrelated to them. */
  readonly kind?: 'amount' | 'nulls' | 'labels'
}

/** By day. */
export type Days = readonly { readonly payments: readonly Payment[]; readonly chargebacks: readonly Chargeback[] }[]

export function driftHistory({ days, perDay = 200, seed = 1, from = Infinity, kind = 'amount' }: DriftScenario): Days {
  const next = random(seed)
  const backs: Chargeback[] = []
  const payments = Array.from({ length: days }, (_, day) =>
    Array.from({ length: perDay }, (_, i): Payment => {
      const at = startTime + day * DAY + Math.floor((i * DAY) / perDay)
      const id = `p${day}-${i}`
      const moves = day >= from
      const isNull = next() < (moves && kind === 'nulls' ? 0.4 : 0.05)
      const amount = isNull ? null : Math.round(next() * 10_000) / 100 + (moves && kind === 'amount' ? 40 : 0)
      const share = (amount ?? 0) > 60 ? 0.85 : 0.05
      if (next() < (moves && kind === 'labels' ? 0.4 : share))
        backs.push({ payment: id, fraud: true, at: at + Math.floor((1 + next() * 40) * HOUR) })
      return { id, card: `c${Math.floor(next() * 50)}`, amount, shop: 7, at }
    }),
  )
  const ofDay = (at: number): number => Math.floor((at - startTime) / DAY)
  return payments.map((rows, day) => ({
    payments: rows,
    chargebacks: backs.filter(({ at }) => ofDay(at) === day).sort((a, b) => a.at - b.at),
  }))
}

/** Sends days [from, to), each shortly before midnight, and then lets due jobs of midnight run. */
export async function sendDays({ run, to }: TrainingRun, days: Days, from: number, upto: number): Promise<void> {
  for (let day = from; day < upto; day++) {
    await to((day + 1) * DAY - 1)
    for (const [source, rows] of Object.entries(days[day])) await run.submit(source, recordBatchOf(rows))
    await to((day + 1) * DAY + HOUR)
  }
}
