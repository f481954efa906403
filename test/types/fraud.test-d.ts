import {
  after,
  count,
  entity,
  features,
  logistic,
  model,
  on,
  pipeline,
  rules,
  share,
  source,
  stream,
  t,
  type Id,
  type VectorOf,
} from 'spillway'
import { exactly } from './exactly.ts'

const card = entity('card', t.string())
const terminal = entity('terminal', t.string())

const payments = source('payments', {
  schema: {
    id: t.string(),
    card,
    terminal,
    amount: t.decimal(2, { min: 0 }),
    tip: t.double().nullable(),
    kind: t.enum(['chip', 'web']),
    ok: t.bool(),
    qty: t.int(),
    at: t.timestamp(),
  },
  key: 'card',
  time: 'at',
  id: 'id',
  arrives: after('3m'),
  map: raw => ({ id: 'x', card: 'c', terminal: 't', amount: raw.cents / 100, kind: 'web', ok: true, qty: 1, at: raw.at }),
  mapVersion: '1',
})

const cardNow = features('card_now', {
  from: payments,
  entity: card,
  place: stream,
  values: p => ({
    n10m: count('10m'),
    small10m: count('10m', p.amount.lt(5)),
    mean1h: p.amount.mean('1h'),
    total: p.amount.times(p.qty).sum('1h', { where: p.ok, exact: true }),
    lastKind: p.kind.last('1h'),
    last3: p.amount.lastK(3, '1d'),
    lastTerminal: p.terminal.last(),
    web: share(p.kind.eq('web'), '1d'),
    kinds: p.kind.countDistinct('1d'),
    idle: p.amount.timeSinceLast(),
    span: p.at.change('1d'),
  }),
})
const terminalNow = features('terminal_now', { from: payments, entity: terminal, place: stream, values: () => ({ n1h: count('1h') }) })
const pair = features('pair', {
  from: payments,
  entity: [card, terminal],
  key: p => [p.card, p.terminal],
  place: stream,
  values: () => ({ n: count('1d') }),
})

export const fraud = model('fraud', {
  decide: on(payments),
  inputs: p => {
    const now = cardNow.of(p.card)
    return {
      amount: p.amount,
      tip: p.tip,
      card: now,
      terminal: terminalNow.of(p.terminal),
      pair: pair.of(p.card, p.terminal),
      ratio: p.amount.over(now.mean1h),
      big: p.amount.gt(100),
      above: p.amount.gt(now.mean1h),
      nested: { kind: p.kind, id: p.card },
    }
  },
  score: logistic({
    intercept: -3,
    weights: { 'card.n10m': 0.3, ratio: { weight: 1, ifNull: 0 }, 'nested.kind': { levels: { web: 1 }, otherwise: 0 } },
  }),
})
export default pipeline('fraud', [fraud])

type Vector = VectorOf<typeof fraud>
exactly<Vector['amount'], number>()
exactly<Vector['tip'], number | null>()
exactly<Vector['card']['n10m'], number>()
exactly<Vector['card']['mean1h'], number | null>()
exactly<Vector['card']['total'], number | null>()
exactly<Vector['card']['lastKind'], 'chip' | 'web' | null>()
exactly<Vector['card']['last3'], readonly number[] | null>()
exactly<Vector['card']['lastTerminal'], Id<'terminal', string> | null>()
exactly<Vector['card']['kinds'], number>()
exactly<Vector['card']['span'], number | null>()
exactly<Vector['ratio'], number | null>()
exactly<Vector['big'], boolean>()
exactly<Vector['above'], boolean | null>()
exactly<Vector['nested'], { readonly kind: 'chip' | 'web'; readonly id: Id<'card', string> }>()

export const byRules = model('by_rules', {
  decide: on(payments),
  inputs: p => ({ card: cardNow.of(p.card), big: p.amount.gt(100) }),
  score: v => rules([{ when: v.card.n10m.gte(5).and(v.big), score: 0.9 }], 0.1),
})
export const own = model('own', {
  decide: on(payments),
  inputs: p => ({ card: cardNow.of(p.card), amount: p.amount }),
  score: { version: '1', compute: v => exactly2<{ n: number; last: readonly number[] | null }>({ n: v.card.n10m, last: v.card.last3 }).n },
})
const exactly2 = <T>(v: T): T => v

model('wrong_weight', {
  decide: on(payments),
  inputs: p => ({ amount: p.amount }),
  // @ts-expect-error no such input
  score: logistic({ intercept: 0, weights: { amont: 1 } }),
})
model('wrong_key', {
  decide: on(payments),
  // @ts-expect-error a card is not a terminal
  inputs: p => ({ terminal: terminalNow.of(p.card) }),
  score: logistic({ intercept: 0, weights: {} }),
})
