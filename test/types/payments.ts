/** The definitions of the type tests and the golden file: two entities, a composite key, derived inputs. */
import { count, entity, features, logistic, model, on, pipeline, share, source, stream, t, timeSinceLast } from 'spillway'

export const card = entity('card', t.string())
export const terminal = entity('terminal', t.int())

export const payments = source('payments', {
  schema: {
    id: t.string(),
    card,
    terminal: terminal.nullable(),
    amount: t.decimal(2, { min: 0 }),
    tip: t.double().nullable(),
    kind: t.enum(['chip', 'web']),
    ok: t.bool(),
    qty: t.int(),
    stay: t.duration(),
    at: t.timestamp(),
  },
  key: 'card',
  time: 'at',
  id: 'id',
})

export const cardNow = features('card_now', {
  from: payments,
  entity: card,
  place: stream,
  values: p => ({
    n10m: count('10m'),
    small10m: count('10m', p.amount.lt(5)),
    mean1h: p.amount.mean('1h'),
    total: p.amount.times(p.qty).sum('1h', { where: p.ok, exact: true }),
    lastKind: p.kind.last(),
    latest: p.amount.lastK(3, '1d'),
    lastTerminal: p.terminal.last('7d', { before: true }),
    web: share(p.kind.eq('web'), '1d'),
    kinds: p.kind.countDistinct('1d'),
    idle: timeSinceLast(),
    span: p.at.change('1d'),
    anyOk: p.ok.last('1h'),
    longest: p.stay.max('1h'),
    trend: p.tip.slope('1d', { per: 'hour' }),
  }),
})

export const terminalNow = features('terminal_now', {
  from: payments,
  entity: terminal,
  place: stream,
  values: () => ({ n1h: count('1h') }),
})

export const pair = features('pair', {
  from: payments,
  entity: [card, terminal],
  key: p => [p.card, p.terminal],
  place: stream,
  values: () => ({ n: count('30d') }),
  owner: 'risk',
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
      ratio: p.amount.dividedBy(now.mean1h),
      big: p.amount.gt(100),
      above: p.amount.gt(now.mean1h),
      nested: { kind: p.kind, deep: { id: p.card } },
    }
  },
  score: logistic({
    intercept: -3,
    weights: { 'card.n10m': 0.3, ratio: { weight: 1, ifNull: 0 }, 'nested.kind': { levels: { web: 1 }, otherwise: 0 } },
  }),
})

export default pipeline('fraud', [fraud])
