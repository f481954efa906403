/** Types flow from the schema to the vector without a cast. */
import { features, model, on, rules, stream, type FeaturesOf, type Id, type RecordFor, type VectorOf } from 'spillway'
import { exactly } from './exactly.ts'
import { card, cardNow, payments, type fraud } from './payments.ts'
import type { limit, plans, regions } from './plans.ts'

type V = VectorOf<typeof fraud>
exactly<V['amount'], number>()
exactly<V['tip'], number | null>()
exactly<V['card']['n10m'], number>()
exactly<V['card']['mean1h'], number | null>()
exactly<V['card']['total'], number | null>()
exactly<V['card']['lastKind'], 'chip' | 'web' | null>()
exactly<V['card']['latest'], readonly number[] | null>()
exactly<V['card']['lastTerminal'], Id<'terminal', number> | null>()
exactly<V['card']['kinds'], number>()
exactly<V['card']['idle'], number | null>()
exactly<V['card']['span'], number | null>()
exactly<V['card']['anyOk'], boolean | null>()
exactly<V['card']['longest'], number | null>()
exactly<V['card']['trend'], number | null>()
exactly<V['terminal'], { readonly n1h: number }>()
exactly<V['ratio'], number | null>()
exactly<V['big'], boolean>()
exactly<V['above'], boolean | null>()
exactly<V['nested'], { readonly kind: 'chip' | 'web'; readonly deep: { readonly id: Id<'card', string> } }>()
exactly<keyof V, 'amount' | 'tip' | 'card' | 'terminal' | 'pair' | 'ratio' | 'big' | 'above' | 'nested'>()

exactly<FeaturesOf<typeof cardNow>['mean1h'], number | null>()
exactly<FeaturesOf<typeof cardNow>['n10m'], number>()
exactly<keyof FeaturesOf<typeof cardNow>, keyof V['card']>()

const spread = features('spread', {
  from: payments,
  entity: card,
  place: stream,
  values: p => ({
    sizes: p.amount.histogram('1h', { bounds: [10, 100] }),
    kinds: p.kind.topK(2, '1h', { limit: 10 }),
    high: p.amount.quantile('1h', 0.95),
    stays: p.stay.histogram('1d', { bounds: ['5m', 3_600_000] }),
  }),
})
exactly<FeaturesOf<typeof spread>['sizes'], readonly number[]>()
exactly<FeaturesOf<typeof spread>['kinds'], readonly ('chip' | 'web')[] | null>()
exactly<FeaturesOf<typeof spread>['high'], number | null>()
exactly<FeaturesOf<typeof spread>['stays'], readonly number[]>()

type Payment = RecordFor<typeof payments>
exactly<Payment['amount'], number | string>()
exactly<Payment['at'], number | string | Date>()
exactly<Payment['card'], string>()
exactly<Payment['kind'], 'chip' | 'web'>()
exactly<undefined extends Payment['tip'] ? true : false, true>()
export const sent: Payment = { id: '1', card: 'c', amount: '5.00', kind: 'web', ok: true, qty: 1, stay: '5m', at: new Date(0) }
// @ts-expect-error a column that is not nullable is missing
export const short: Payment = { id: '1', card: 'c', amount: '5.00', kind: 'web', ok: true, qty: 1, stay: '5m' }

// A score sees the same vector, by value and by expression.
model('own', {
  decide: on(payments),
  inputs: p => ({ card: cardNow.of(p.card), amount: p.amount }),
  score: {
    version: '1',
    compute: v => {
      exactly<typeof v.amount, number>()
      exactly<typeof v.card.latest, readonly number[] | null>()
      // @ts-expect-error no such feature
      void v.card.n20m
      return v.card.n10m
    },
  },
})
const named = (v: { readonly amount: number }): number => v.amount
model('named', { decide: on(payments), inputs: p => ({ amount: p.amount }), score: { version: '1', compute: named } })
// @ts-expect-error the function takes what the inputs do not have
model('named', { decide: on(payments), inputs: p => ({ tip: p.tip }), score: { version: '1', compute: named } })
model('ruled', {
  decide: on(payments),
  inputs: p => ({ card: cardNow.of(p.card), big: p.amount.gt(100) }),
  score: v => rules([{ when: v.card.n10m.gte(5).and(v.big), score: 0.9 }], 0.1),
})

// A table gives the columns of its latest row, each of which may be missing with it.
type L = VectorOf<typeof limit>
exactly<keyof L['plan'], 'tier' | 'seats' | 'price' | 'at'>()
exactly<L['plan']['tier'], 'free' | 'pro' | null>()
exactly<L['plan']['seats'], number | null>()
exactly<L['plan']['price'], number | null>()
exactly<L['plan']['at'], number | null>()
exactly<L['region'], string | null>()
exactly<L['isPaid'], boolean | null>()
exactly<keyof FeaturesOf<typeof plans>, 'tier' | 'seats' | 'price' | 'at'>()
exactly<keyof FeaturesOf<typeof regions>, 'region' | 'from'>()
type Change = RecordFor<typeof plans.source>
exactly<Change['tier'], 'free' | 'pro'>()
exactly<Change['gone'], boolean | null | undefined>()
