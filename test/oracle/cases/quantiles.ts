/** Quantiles. The rounding of a value is written out in binary where it is not obvious. */
import { type Case, agg, col, compare, ev, group, history, int, revisable, wide } from '../case.ts'

const key = ['a']
const W = 1000
const MAX = Number.MAX_SAFE_INTEGER

export const quantiles: Case[] = [
  {
    name: 'a quantile is the value of its rank, and NULL over nothing',
    source: wide,
    group: group({
      least: agg('quantile', W, col('n'), { q: 0 }),
      low: agg('quantile', W, col('n'), { q: 0.25 }),
      median: agg('quantile', W, col('n'), { q: 0.5 }),
      high: agg('quantile', W, col('n'), { q: 0.95 }),
      most: agg('quantile', W, col('n'), { q: 1 }),
      cents: agg('quantile', W, col('d'), { q: 0.5 }),
      took: agg('quantile', W, col('took'), { q: 0.5 }),
      above: agg('quantile', W, col('n'), { q: 0.5, where: compare(col('n'), 'gt', int(2)) }),
    }),
    log: history(ev(1, { n: 5, d: -50 }), ev(2, { n: 0, d: 25 }), ev(3, {}), ev(4, { n: -7, took: 96 }), ev(5, { n: 200 })),
    asks: [
      {
        key,
        prefix: 5,
        t: 5,
        expect: { least: -7, low: -7, median: 0, high: 200, most: 200, cents: -0.5, took: 96, above: 5 },
        why: 'of −7, 0, 5, 200 the first for 0 and for 0.25 · 4 = 1, the second for 0.5 · 4 = 2, the last for ⌈3.8⌉ and 4; of −0.50, 0.25 the first; of 5, 200 the first',
      },
      {
        key,
        prefix: 1,
        t: 1,
        expect: { least: 5, low: 5, median: 5, high: 5, most: 5, cents: -0.5, took: null, above: 5 },
        why: 'one value is every quantile',
      },
      {
        key: ['b'],
        prefix: 5,
        t: 5,
        expect: { least: null, low: null, median: null, high: null, most: null, cents: null, took: null, above: null },
        why: 'of no values there is none',
      },
    ],
  },
  {
    name: 'a quantile has 8 significant binary digits, half away from zero',
    source: wide,
    group: group({
      n: agg('quantile', 1, col('n'), { q: 0.5 }),
      d: agg('quantile', 1, col('d'), { q: 0.5 }),
      x: agg('quantile', 1, col('x'), { q: 0.5 }),
    }),
    log: history(
      ev(10, { n: 255, d: 255, x: 0.1 }),
      ev(20, { n: 256, d: 256, x: -0.1 }),
      ev(30, { n: 257, d: 257, x: 5e-324 }),
      ev(40, { n: -257, d: -1010, x: 2 ** -1030 }),
      ev(50, { n: 513, d: 1009, x: -1.7e308 }),
      ev(60, { n: 514, d: 1011, x: Number.MAX_VALUE }),
      ev(70, { n: MAX, d: -MAX, x: 511.9999 }),
      ev(80, { n: 0, d: 0, x: 1 }),
    ),
    asks: [
      {
        key,
        prefix: 8,
        t: 10,
        expect: { n: 255, d: 2.55, x: 0.10009765625 },
        why: '1111 1111 has 8 digits; 0.1 is between 204 and 205 of 2^−11, and nearer to 205',
      },
      { key, prefix: 8, t: 20, expect: { n: 256, d: 2.56, x: -0.10009765625 }, why: '1 0000 0000 has one' },
      {
        key,
        prefix: 8,
        t: 30,
        expect: { n: 258, d: 2.58, x: 0 },
        why: '1 0000 0001 has nine, and is halfway from 256 to 258; 2^−1074 is nearer to 0 than to 2^−1029',
      },
      {
        key,
        prefix: 8,
        t: 40,
        expect: { n: -258, d: -10.12, x: 2 ** -1029 },
        why: '1010 is halfway from 1008 to 1012; 2^−1030 from 0 to 2^−1029',
      },
      {
        key,
        prefix: 8,
        t: 50,
        expect: { n: 512, d: 10.08, x: -(2 ** 1016) * 242 },
        why: 'steps are 4 from 512 on; 1009 is nearer to 1008; 1.7e308 is 242.09 of 2^1016',
      },
      {
        key,
        prefix: 8,
        t: 60,
        expect: { n: 516, d: 10.12, x: 2 ** 1016 * 255 },
        why: '514 is halfway from 512 to 516; the largest double would round to 2^1024',
      },
      { key, prefix: 8, t: 70, expect: { n: 2 ** 53, d: -(2 ** 53) / 100, x: 512 }, why: 'into the next power of two' },
      { key, prefix: 8, t: 80, expect: { n: 0, d: 0, x: 1 }, why: 'zero is zero' },
    ],
  },
  {
    name: 'a quantile is that of its window: tails move by tiles, and a late event counts as of its time',
    source: wide,
    group: group({
      exact: agg('quantile', 10, col('x'), { q: 0.5 }),
      tiles: agg('quantile', 10, col('x'), { q: 0.5, hop: 5 }),
      high: agg('quantile', 10, col('x'), { q: 0.9, hop: 5 }),
      ever: agg('quantile', 'lifetime', col('x'), { q: 0.5 }),
    }),
    log: history(ev(1, { x: 9 }), ev(7, { x: 1 }), ev(14, { x: 3 }), ev(6, { x: 2 }, { arrival: 15 }), ev(2, { x: 8 }, { arrival: 16 })),
    asks: [
      { key, prefix: 3, t: 14, expect: { exact: 1, tiles: 3, high: 9, ever: 3 }, why: '[4, 14] holds 1, 3; [0, 14] holds 9, 1, 3' },
      {
        key,
        prefix: 4,
        t: 15,
        expect: { exact: 2, tiles: 2, high: 3, ever: 2 },
        why: '[5, 15] holds 1, 3 and the late 2; ever 1, 2, 3, 9',
      },
      {
        key,
        prefix: 5,
        t: 16,
        expect: { exact: 2, tiles: 2, high: 3, ever: 3 },
        why: '8 is too late for both windows; ever 1, 2, 3, 8, 9',
      },
      { key, prefix: 5, t: 25, expect: { exact: null, tiles: null, high: null, ever: 3 }, why: '[15, 25] is empty' },
    ],
  },
  {
    name: 'a revision takes the superseded value out of what is counted',
    source: revisable('ref'),
    group: group({ median: agg('quantile', 100, col('n'), { q: 0.5 }), ever: agg('quantile', 'lifetime', col('n'), { q: 0 }) }),
    log: history(ev(1, { ref: 'r', n: 5 }), ev(2, { ref: 'q', n: 7 }), ev(3, { ref: 'r', n: 6 }), ev(4, { ref: 'q' }, { deleted: true })),
    asks: [
      { key, prefix: 2, t: 2, expect: { median: 5, ever: 5 }, why: '5, 7' },
      { key, prefix: 3, t: 3, expect: { median: 6, ever: 6 }, why: '5 has become 6' },
      { key, prefix: 4, t: 4, expect: { median: 6, ever: 6 }, why: 'and 7 is deleted' },
    ],
  },
]
