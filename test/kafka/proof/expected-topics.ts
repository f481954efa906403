/** The naive reference of a gate: the records that the topics must have, from the raw records of a partition in their order. */
import { javaPartition } from '../../../src/kafka/java-partition.ts'
import { RUN_AMOUNT_MAX } from './run-settings.ts'
import type { ObservedRecord } from './topic-contents.ts'

/** A record that a gate wrote, by the offset of its raw record. */
export interface GateOutcome {
  readonly rawOffset: number
  readonly value: string
}

export interface ExpectedPartition {
  readonly checked: readonly GateOutcome[]
  readonly rejected: readonly GateOutcome[]
}

export interface PaymentRow {
  readonly id: string
  readonly card: string
  readonly amount: number
  readonly at: number
}

export function expectedPartition(raw: readonly ObservedRecord[], partition: number, partitions: number): ExpectedPartition {
  const known = new Map<string, string>()
  const checked: GateOutcome[] = []
  const rejected: GateOutcome[] = []
  for (const { offset: rawOffset, value } of raw) {
    const row = paymentOf(value)
    if (!row || javaPartition(Buffer.from(row.card), partitions) !== partition) {
      rejected.push({ rawOffset, value })
      continue
    }
    const earlier = known.get(row.id)
    if (earlier === undefined) {
      known.set(row.id, value)
      checked.push({ rawOffset, value })
    } else if (earlier !== value) rejected.push({ rawOffset, value })
  }
  return { checked, rejected }
}

/** Is a checked record an event for the runs? Otherwise it is a dead letter of one. */
export function runAccepts(value: string): boolean {
  const payment = paymentOf(value)
  return payment !== undefined && payment.amount <= RUN_AMOUNT_MAX
}

export function paymentOf(value: string): PaymentRow | undefined {
  try {
    const row = JSON.parse(value) as PaymentRow
    return typeof row.id === 'string' &&
      typeof row.card === 'string' &&
      Number.isInteger(row.amount) &&
      row.amount >= 0 &&
      Number.isInteger(row.at)
      ? row
      : undefined
  } catch {
    return undefined
  }
}
