/** Types of a foreign schema: those that it infers, and those that `columns` states. */
import { type } from 'arktype'
import { count, entity, features, logistic, model, on, source, stream, t, table, type Id, type RecordFor, type VectorOf } from 'spillway'
import { z } from 'zod'
import { exactly } from './exactly.ts'

const card = entity('card', t.string())
const score = logistic({ intercept: 0, weights: {} })

const fields = {
  card: z.string(),
  amount: z.number(),
  qty: z.int(),
  kind: z.enum(['chip', 'web']),
  note: z.string().nullish(),
  ok: z.boolean(),
}
const payments = source('payments', {
  schema: z.object({ ...fields, at: z.iso.datetime() }),
  columns: { card, amount: t.decimal(2) },
  key: 'card',
  time: 'at',
})
const now = features('now', {
  from: payments,
  entity: card,
  place: stream,
  values: p => ({
    n: count('1h', p.kind.eq('web')),
    mean: p.amount.mean('1h'),
    note: p.note.last(),
    // @ts-expect-error a string has no mean
    wrong: p.note.mean('1h'),
  }),
})
const fraud = model('fraud', {
  decide: on(payments),
  inputs: p => ({ card: p.card, kind: p.kind, note: p.note, at: p.at, now: now.of(p.card) }),
  score,
})
type V = VectorOf<typeof fraud>
exactly<V['card'], Id<'card', string>>()
exactly<V['kind'], 'chip' | 'web'>()
exactly<V['note'], string | null>()
exactly<V['at'], number>()
exactly<V['now']['mean'], number | null>()
exactly<RecordFor<typeof payments>['at'], number | string | Date>()
exactly<RecordFor<typeof payments>['amount'], number | string>()

const readings = source('readings', {
  schema: type({ patient: 'string', glucose: '10 <= number <= 600', at: 'string.date.iso', 'note?': 'string' }),
  columns: { patient: entity('patient', t.string()) },
  key: 'patient',
  time: 'at',
})
const hypo = model('hypo', { decide: on(readings), inputs: r => ({ glucose: r.glucose, note: r.note, id: r.patient }), score })
exactly<VectorOf<typeof hypo>, { readonly glucose: number; readonly note: string | null; readonly id: Id<'patient', string> }>()

// @ts-expect-error no such column
source('payments', { schema: z.object(fields), key: 'crad', time: 'at' })
// @ts-expect-error an optional column is no key
source('payments', { schema: z.object({ ...fields, at: z.iso.datetime() }), key: 'note', time: 'at' })

// A table of a foreign schema.
const kinds = table('kinds', {
  schema: z.object({ ...fields, at: z.iso.datetime() }),
  columns: { card, amount: t.decimal(2) },
  key: 'card',
  time: 'at',
  deleted: 'ok',
})
const known = model('known', { decide: on(payments), inputs: p => ({ kind: kinds.of(p.card).kind, all: kinds.of(p.card) }), score })
exactly<VectorOf<typeof known>['kind'], 'chip' | 'web' | null>()
exactly<keyof VectorOf<typeof known>['all'], 'amount' | 'qty' | 'kind' | 'note' | 'at'>()
// @ts-expect-error a string that is not stated as an entity identifies nothing
table('kinds', { schema: z.object({ ...fields, at: z.iso.datetime() }), key: 'card', time: 'at' })
