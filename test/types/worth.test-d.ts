/** Values of decisions that must compile, and those that must not. */
import { caught, logistic, model, money, notice, on, own, pipeline, request, t, worth } from 'spillway'
import { exactly } from './exactly.ts'
import { card, cardNow, payments } from './payments.ts'

const score = logistic({ intercept: 0, weights: {} })
const fraud = model('fraud', {
  decide: on(payments),
  inputs: p => ({ spent: p.amount, now: { n10m: cardNow.of(p.card).n10m, kind: p.kind }, big: p.amount.gt(5), who: p.card }),
  score,
})
const onRequest = model('asked', { decide: request({ card, total: t.decimal(2) }), inputs: r => ({ n: cardNow.of(r.card).n10m }), score })

const value = worth(fraud, caught({ budget: '10%', unit: 'frauds', dollars: 3, wrong: 1 }), { ages: ['1h'], decisionsPerWeek: 5 })
pipeline('p', [fraud, value])
worth(fraud, notice({ unit: 'frauds' }))
// An input by its name, nested too; a field of the trigger; a number.
worth(fraud, money({ saves: 'spent', wrong: 10, blocks: '24h' }))
worth(fraud, money({ saves: 'now.n10m', wrong: 10 }))
worth(fraud, money({ saves: 'amount', wrong: 10 }))
worth(fraud, money({ saves: 12, wrong: 10 }))
worth(onRequest, money({ saves: 'total', wrong: 10 }))
worth(onRequest, money({ saves: 'n', wrong: 10 }))
worth(
  fraud,
  own(
    d => {
      exactly<Parameters<typeof d.column>[0], 'spent' | 'now.n10m' | 'big' | 'terminal' | 'amount' | 'tip' | 'ok' | 'qty' | 'stay' | 'at'>()
      return d.column('amount').map((amount, i) => amount * d.alert[i])
    },
    { unit: '$', version: '1' },
  ),
)

// @ts-expect-error no such input or field
worth(fraud, money({ saves: 'amout', wrong: 10 }))
// @ts-expect-error a text is no number of dollars
worth(fraud, money({ saves: 'who', wrong: 10 }))
// @ts-expect-error nor is a condition
worth(fraud, money({ saves: 'big', wrong: 10 }))
// @ts-expect-error the field of another trigger
worth(onRequest, money({ saves: 'amount', wrong: 10 }))
worth(
  fraud,
  // @ts-expect-error no such column
  own(d => d.column('amout'), { unit: '$', version: '1' }),
)
worth(
  fraud,
  // @ts-expect-error not values for decisions
  own(d => d.length, { unit: '$', version: '1' }),
)
// @ts-expect-error what is counted is not said
worth(fraud, caught({ budget: '10%' }))
// @ts-expect-error no part of all
worth(fraud, caught({ budget: 0.1, unit: 'frauds' }))
// @ts-expect-error what a wrong one costs is not said
worth(fraud, money({ saves: 'spent' }))
// @ts-expect-error a model is no utility
worth(fraud, onRequest)
// @ts-expect-error no duration
worth(fraud, caught({ budget: '10%', unit: 'frauds' }), { ages: ['an hour'] })
