/**
 * A pipeline file with natural mistakes, which `messages.test.ts` compiles. The comment of a mistake quotes what the compiler's message
 * must contain: the option, and the fix.
 */
import {
  action,
  caught,
  count,
  entity,
  every,
  features,
  labelFrom,
  lag,
  logistic,
  model,
  money,
  on,
  pipeline,
  source,
  stdout,
  stream,
  t,
  table,
  worth,
} from 'spillway'

const card = entity('card', t.string())
const shop = entity('shop', t.string())
const schema = { id: t.string(), card, shop, amount: t.decimal(2), kind: t.enum(['chip', 'web']), web: t.bool(), at: t.timestamp() }
const payments = source('payments', { schema, key: 'card', time: 'at', id: 'id' })
const chargebacks = source('chargebacks', {
  schema: { payment: t.string(), sum: t.decimal(2), fraud: t.bool(), at: t.timestamp() },
  key: 'payment',
  time: 'at',
})
const cardNow = features('cardNow', {
  from: payments,
  entity: card,
  place: stream,
  values: p => ({ n10m: count('10m'), sum: p.amount.sum('1h') }),
})
const fraud = model('fraud', {
  decide: on(payments),
  inputs: p => ({ amount: p.amount, card: cardNow.of(p.card) }),
  score: logistic({ intercept: -6, weights: { amount: 0.002, 'card.n10m': 0.4 } }),
  label: labelFrom(chargebacks, { join: 'payment', value: c => c.fraud, negativeAfter: '90d' }),
})
const decide = on(payments)
const score = logistic({ intercept: 0, weights: {} })
const label = labelFrom(chargebacks, { join: 'payment', value: c => c.fraud, negativeAfter: '90d' })
const base = { from: payments, entity: card }
const lately = features('lately', { ...base, place: stream, values: p => ({ recent: p.amount.lastK(3, '1d') }) })

// The key of a source is no column: `key: a column`, `"card"`
source('s', { schema, key: 'crad', time: 'at' })

// The time of a source is no timestamp: `time: a timestamp column`, `"at"`
source('s', { schema, key: 'card', time: 'amount' })

// The id of a source is no column: `id: a column`, `"id"`
source('s', { schema, key: 'card', time: 'at', id: 'paymentId' })

// The key of a table is no entity: `key: a column of an entity`, `"card"`
table('u', { schema: { card, tier: t.string(), at: t.timestamp() }, key: 'tier', time: 'at' })

// An option of a source is misspelled: `'dedup'`, `Did you mean to write 'dedupe'?`
source('s', { schema, key: 'card', time: 'at', dedup: '1h' })

// A window has a unit that does not exist: `window:`, `such as '10m', not '10min'`
features('f', { ...base, values: () => ({ n: count('10min') }) })

// The window of an aggregate is in words: `window:`, `such as '10m'`
features('f', { ...base, values: p => ({ mean: p.amount.mean('1 hour') }) })

// An option has a unit that does not exist: `dedupe:`, `such as '10m', not '10min'`
source('s', { schema, key: 'card', time: 'at', dedupe: '30min' })

// A placement has a unit that does not exist: `lag:`, `such as '10m', not '10min'`
lag('5min')

// The interval of ticks has a unit that does not exist: `every:`, `such as '10m', not '10min'`
every('5min', card)

// A model decides at an interval without an entity: `decide: on(source), every('5m', entity)`
model('m', { decide: every('5m'), inputs: () => ({}), score })

// A placement is a text: `place: stream, batch(…) or hybrid(…)`, `without quotes`
features('f', { ...base, place: 'stream', values: () => ({ n: count('1h') }) })

// An entity is a text: `entity: made by entity('card', t.string())`
features('f', { from: payments, entity: 'card', values: () => ({ n: count('1h') }) })

// The key of a feature group holds another entity: `key: a column of entity('card', …)`
features('f', { ...base, key: p => p.shop, values: () => ({ n: count('1h') }) })

// An option of a feature group is misspelled: `'plase'`, `Did you mean to write 'place'?`
features('f', { ...base, plase: stream, values: () => ({ n: count('1h') }) })

// A column is misspelled: `'amuont'`, `Did you mean 'amount'?`
features('f', { ...base, values: p => ({ mean: p.amuont.mean('1h') }) })

// A feature is a column: `values: end a feature with an aggregate`, `.last('1h')`
features('f', { ...base, values: p => ({ amount: p.amount }) })

// A string has no mean: `mean is of numbers`, `t.double() or t.decimal(2)`
features('f', { ...base, values: p => ({ mean: p.kind.mean('1h') }) })

// A bool has no mean: `mean is of numbers`, `share(`
features('f', { ...base, values: p => ({ web: p.web.mean('1h') }) })

// An option of an aggregate is misspelled: `'were'`, `Did you mean to write 'where'?`
features('f', { ...base, values: p => ({ sum: p.amount.sum('1h', { were: p.web }) }) })

// A condition is JavaScript's: `where: a condition over the row`, `p.amount.gt(5)`
features('f', { ...base, values: p => ({ sum: p.amount.sum('1h', { where: true }) }) })

// A string is compared with a number: `a string is compared with a string`
features('f', { ...base, values: p => ({ n: count('1h', p.kind.eq(5)) }) })

// A number is compared with a string: `a number is compared with a number: 5, not '5'`
features('f', { ...base, values: p => ({ n: count('1h', p.amount.gt('5')) }) })

// No value of an enum: `"wbe"`, `"chip" | "web"`
features('f', { ...base, values: p => ({ n: count('1h', p.kind.eq('wbe')) }) })

// A model decides on a source: `decide: on(source)`
model('m', { decide: payments, inputs: p => ({ amount: p.amount }), score })

// A model has neither a score nor a training: `score: logistic({ … })`, `train: { algorithm: 'logistic' }`
model('m', { decide, inputs: p => ({ amount: p.amount }) })

// The score of a model is misspelled: `'scor'`, `score: logistic({ … })`
model('m', { decide, inputs: p => ({ amount: p.amount }), scor: score })

// A group is read at the id of another entity: `key: a column of entity('card', …)`
model('m', { decide, inputs: p => ({ card: cardNow.of(p.shop) }), score })

// A group is read at a plain string: `key: a column of entity('card', …)`
model('m', { decide, inputs: p => ({ card: cardNow.of(p.id) }), score })

// A group is an input without a key: `inputs: read a group at a key`, `cardNow.of(p.card)`
model('m', { decide, inputs: () => ({ card: cardNow }), score })

// A weight is of no input: `"amont"`, `score: weights name inputs of the model`
model('m', { decide, inputs: p => ({ amount: p.amount }), score: logistic({ intercept: 0, weights: { amont: 1 } }) })

// A weight is of no input, and an input reads a misspelled column: `'amuont'`, `Did you mean 'amount'?`
model('m', { decide, inputs: p => ({ amount: p.amuont, web: p.web }), score: logistic({ intercept: 0, weights: { amont: 1 } }) })

// The join of a label is no column: `join: the column`, `Did you mean '"payment"'?`
labelFrom(chargebacks, { join: 'paymnt', value: c => c.fraud, negativeAfter: '90d' })

// The join of a label has another type than the id: `whose join has the type of the trigger's id`
model('m', {
  decide,
  inputs: p => ({ n: p.amount }),
  score,
  label: labelFrom(chargebacks, { join: 'sum', value: c => c.fraud, negativeAfter: '9d' }),
})

// The value of a label is a number: `label: a condition over the row`, `r.amount.gt(5)`
labelFrom(chargebacks, { join: 'payment', value: c => c.sum, negativeAfter: '90d' })

// The horizon of a label is in words: `negativeAfter:`, `such as '10m'`
labelFrom(chargebacks, { join: 'payment', value: c => c.fraud, negativeAfter: '90 days' })

// A label is a source: `label: labelFrom(source, { … })`
model('m', { decide, inputs: p => ({ amount: p.amount }), score, label: chargebacks })

// A trained model has a list among its inputs: `train: input 'recent' is a list`, `an aggregate`
model('m', { decide, inputs: p => ({ recent: lately.of(p.card).recent }), label, train: { algorithm: 'logistic' } })

// A trained model reads a misspelled column: `'amuont'`, `Did you mean 'amount'?`
model('m', { decide, inputs: p => ({ amount: p.amuont }), label, train: { algorithm: 'logistic' } })

// A nested input of a trained model reads a misspelled feature: `'n10'`, `Did you mean 'n10m'?`
model('m', {
  decide,
  inputs: p => ({ card: { n: cardNow.of(p.card).n10, sum: cardNow.of(p.card).sum } }),
  label,
  train: { algorithm: 'logistic' },
})

// A trained model reads a group at a misspelled key: `'crad'`
model('m', { decide, inputs: p => ({ card: cardNow.of(p.crad) }), label, train: { algorithm: 'logistic' } })

// An algorithm is misspelled: `"tree"`, `Did you mean '"trees"'?`
model('m', { decide, inputs: p => ({ amount: p.amount }), label, train: { algorithm: 'tree' } })

// An action has a score and no condition: `when: a condition over the score`, `fraud.score.gte(0.9)`
action('a', { when: fraud.score, do: stdout() })

// The effect of an action is a text: `do: webhook(…)`
action('a', { when: fraud.score.gte(0.9), do: 'webhook' })

// An option of a value function is misspelled: `'age'`, `Did you mean to write 'ages'?`
worth(fraud, caught({ budget: '1%', unit: 'frauds' }), { age: ['1h'] })

// A budget is a number: `budget: a text such as '10%'`
worth(fraud, caught({ budget: 0.1, unit: 'frauds' }))

// Money saves no input: `"amout"`, `saves: dollars, or the name of a numeric input`
worth(fraud, money({ budget: '1%', saves: 'amout', wrong: 5 }))

// Money blocks for a time in words: `blocks:`, `such as '10m'`
worth(fraud, money({ budget: '1%', saves: 'amount', wrong: 5, blocks: '1 day' }))

// The cost of a wrong action is missing: `'wrong'`, `MoneyOptions`
worth(fraud, money({ budget: '1%', saves: 'amount' }))

// A source is a part of a pipeline: `parts: actions, reports, models`
pipeline('p', [payments])
