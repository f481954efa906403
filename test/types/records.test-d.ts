/** Records of a source with a `map`, as tests, clients and runs send them: those that the map takes, not those of the schema. */
import { entity, source, t, table, type RecordFor } from 'spillway'
import type { Client } from 'spillway/client'
import type { TestRun } from 'spillway/testing'
import { exactly } from './exactly.ts'
import { payments } from './payments.ts'

const card = entity('card', t.string())
const options = { schema: { card, amount: t.decimal(2), at: t.timestamp() }, key: 'card', time: 'at', mapVersion: '1' } as const
interface RawRefund {
  readonly card: string
  readonly cents: number
  readonly ts: number
}
const refund = (raw: RawRefund) => ({ card: raw.card, amount: raw.cents / 100, at: raw.ts * 1000 })
const refunds = source('refunds', { ...options, map: refund })
const anything = source('anything', { ...options, map: raw => refund(raw) })
const parsed = source('parsed', { ...options, map: (raw: unknown) => refund(raw as RawRefund) })
const split = source('split', { ...options, map: (raw: readonly RawRefund[]) => raw.map(refund) })
const dropped = source('dropped', { ...options, map: () => null })
const own = source('own', { schema: options.schema, key: 'card', time: 'at' })
const limits = table('limits', { ...options, map: refund })

exactly<RecordFor<typeof refunds>, RawRefund>()
// oxlint-disable-next-line typescript/no-explicit-any -- a map without an annotation takes any record
exactly<[RecordFor<typeof anything>, RecordFor<typeof parsed>, RecordFor<typeof dropped>], [any, any, any]>()
exactly<RecordFor<typeof split>, readonly RawRefund[]>()
exactly<RecordFor<typeof own>['amount'], number | string>()
exactly<RecordFor<typeof limits.source>, RawRefund>()

declare const run: TestRun
declare const api: Client
void run.send(refunds, [{ card: 'c1', cents: 950, ts: 0 }])
void run.send(anything, [{ 'Card Number': 'c1', cents: '950' }])
void run.send(own, [{ card: 'c1', amount: '9.50', at: new Date(0) }])
void api.send(refunds, [{ card: 'c1', cents: 950, ts: 0 }])
void api.decideOn(refunds, { card: 'c1', cents: 950, ts: 0 })
// @ts-expect-error a record of the schema, where the map takes another one
void run.send(refunds, [{ card: 'c1', amount: 9.5, at: 0 }])
// @ts-expect-error a raw record, where the source has no map
void run.send(own, [{ card: 'c1', cents: 950, ts: 0 }])
// @ts-expect-error a wrong type of a raw field
void api.send(refunds, [{ card: 'c1', cents: '950', ts: 0 }])

/** Definitions over a source take those with a map, whatever it takes. */
const over = (from: typeof own) => from.name
over(refunds)
over(anything)
// @ts-expect-error other columns
over(payments)
