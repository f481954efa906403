/**
 * `countDistinct` beyond its limit. HyperLogLog's estimates of many values were computed by a separate program in another language, from
 * the text of the semantics alone; of few values the estimate is the number of registers that they fall into.
 */
import { type Case, agg, col, ev, group, history, revisable, wide } from '../case.ts'

const key = ['a']
const many = Array.from({ length: 1000 }, (_, i) =>
  ev(i, { n: -i, s: `u${i}`, x: i * 0.25, d: 1000 + i, due: 1_767_225_600_000 + i * 86_400_000, took: 2 ** 52 + i }),
)
const limit = 5

export const sketches: Case[] = [
  {
    name: 'countDistinct is exact up to its limit; beyond, it is an estimate of what the window holds, and more than the limit',
    source: wide,
    group: group({
      two: agg('countDistinct', 10, col('s'), { limit: 2 }),
      tiles: agg('countDistinct', 10, col('s'), { limit: 2, hop: 5 }),
      three: agg('countDistinct', 10, col('s'), { limit: 3 }),
      ever: agg('countDistinct', 'lifetime', col('s'), { limit: 2 }),
    }),
    log: history(ev(1, { s: 'p' }), ev(2, { s: 'q' }), ev(3, { s: 'p' }), ev(12, { s: 'r' })),
    asks: [
      { key, prefix: 3, t: 3, expect: { two: 2, tiles: 2, three: 2, ever: 2 }, why: 'the limit itself is exact' },
      {
        key,
        prefix: 4,
        t: 12,
        expect: { two: 3, tiles: 3, three: 3, ever: 3 },
        why: '[2, 12] holds q, p, r: of three registers 3.001 values',
      },
      {
        key,
        prefix: 4,
        t: 13,
        expect: { two: 2, tiles: 3, three: 2, ever: 3 },
        why: '[3, 13] holds p, r: it depends on the window alone; tiles begin at 0',
      },
      { key, prefix: 4, t: 15, expect: { two: 1, tiles: 1, three: 1, ever: 3 }, why: '[5, 15] in both; a lifetime never holds fewer' },
    ],
  },
  {
    name: 'values that fall into one register are one to the sketch, which knows that there are more than its limit',
    source: wide,
    group: group({ one: agg('countDistinct', 10, col('s'), { limit: 1 }), two: agg('countDistinct', 10, col('s'), { limit: 2 }) }),
    log: history(ev(1, { s: 'v48' }), ev(2, { s: 'v59' }), ev(3, { s: 'p' })),
    asks: [
      { key, prefix: 2, t: 2, expect: { one: 2, two: 2 }, why: 'both are in register 275: 1.0001 values, but more than one' },
      { key, prefix: 3, t: 3, expect: { one: 2, two: 3 }, why: 'p is in register 328: 2.0005 values, but of more than two at least 3' },
    ],
  },
  {
    name: 'the sketch is of physical values of every type',
    source: wide,
    group: group({
      n: agg('countDistinct', 'lifetime', col('n'), { limit }),
      s: agg('countDistinct', 'lifetime', col('s'), { limit }),
      x: agg('countDistinct', 'lifetime', col('x'), { limit }),
      d: agg('countDistinct', 'lifetime', col('d'), { limit }),
      due: agg('countDistinct', 'lifetime', col('due'), { limit }),
      took: agg('countDistinct', 'lifetime', col('took'), { limit }),
      b: agg('countDistinct', 'lifetime', col('b'), { limit: 1 }),
      last: agg('countDistinct', 499, col('s'), { limit }),
    }),
    log: history(...many, ev(1000, { b: true }), ev(1001, { b: false })),
    asks: [
      {
        key,
        prefix: 500,
        t: 499,
        expect: { n: 501, s: 496, x: 493, d: 502, due: 500, took: 500, b: 0, last: 496 },
        why: '500 of each',
      },
      {
        key,
        prefix: 1000,
        t: 999,
        expect: { n: 1015, s: 996, x: 992, d: 995, due: 987, took: 1011, b: 0, last: 499 },
        why: '1,000 of each, and of the last window u500 to u999',
      },
      {
        key,
        prefix: 1002,
        t: 1001,
        expect: { n: 1015, s: 996, x: 992, d: 995, due: 987, took: 1011, b: 2, last: 497 },
        why: 'of two bools more than one; u502 to u999',
      },
    ],
  },
  {
    name: 'unless told, 4,096 values are exact',
    source: wide,
    group: group({ n: agg('countDistinct', 'lifetime', col('n')), s: agg('countDistinct', 4096, col('s')) }),
    log: history(...Array.from({ length: 5000 }, (_, i) => ev(i, { n: i + 1, s: `u${i + 1}` }))),
    asks: [
      { key, prefix: 4096, t: 4095, expect: { n: 4096, s: 4096 }, why: 'the limit' },
      { key, prefix: 4097, t: 4096, expect: { n: 4097, s: 4097 }, why: 'one more: 4077.2 would be below it, and 4045.2' },
      { key, prefix: 5000, t: 4999, expect: { n: 5006, s: 4097 }, why: '5,000, and 4,097 from u904 on' },
      { key, prefix: 5000, t: 5000, expect: { n: 5006, s: 4096 }, why: 'u904 has left, so what is left is exact' },
    ],
  },
  {
    name: 'a revised value leaves the sketch',
    source: revisable('ref'),
    group: group({
      kinds: agg('countDistinct', 100, col('s'), { limit: 2 }),
      ever: agg('countDistinct', 'lifetime', col('s'), { limit: 1 }),
    }),
    log: history(
      ev(1, { ref: 'r', s: 'p' }),
      ev(2, { ref: 'q', s: 'q' }),
      ev(3, { ref: 'x', s: 'r' }),
      ev(4, { ref: 'r', s: 'q' }),
      ev(5, { ref: 'x' }, { deleted: true }),
    ),
    asks: [
      { key, prefix: 3, t: 3, expect: { kinds: 3, ever: 3 }, why: 'p, q, r' },
      { key, prefix: 4, t: 4, expect: { kinds: 2, ever: 2 }, why: 'p has become q: q, q, r' },
      { key, prefix: 5, t: 5, expect: { kinds: 1, ever: 1 }, why: 'and r is deleted' },
    ],
  },
]
