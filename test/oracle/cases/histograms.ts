/** Counts by bucket. */
import { type Case, agg, col, compare, double, ev, group, history, math, revisable, wide } from '../case.ts'

const key = ['a']
const W = 1000
const MAX = Number.MAX_SAFE_INTEGER

export const histograms: Case[] = [
  {
    name: 'a histogram counts a value on a bound with what is below it, and skips NULLs',
    source: wide,
    group: group({
      n: agg('histogram', W, col('n'), { bounds: [0, 10, 100] }),
      one: agg('histogram', W, col('n'), { bounds: [10] }),
      d: agg('histogram', W, col('d'), { bounds: [-100, 1010, 1011] }),
      x: agg('histogram', W, col('x'), { bounds: [-0.5, 0, 0.1] }),
      took: agg('histogram', W, col('took'), { bounds: [60_000] }),
      big: agg('histogram', W, col('n'), { bounds: [0, 10, 100], where: compare(col('x'), 'gt', double(0)) }),
    }),
    log: history(
      ev(1, { n: 0, d: -100, x: -0.5, took: 60_000 }),
      ev(2, { n: 10, d: 1010, x: 0, took: 60_001 }),
      ev(3, { n: 11, d: 1011, x: 0.1 }),
      ev(4, { n: 100, d: 1012, x: 0.30000000000000004 }),
      ev(5, { n: 101, d: -101, x: 5e-324 }),
      ev(6, { n: null, d: 1009, x: -1e300 }),
    ),
    asks: [
      {
        key,
        prefix: 6,
        t: 6,
        expect: { n: [1, 1, 2, 1], one: [2, 3], d: [2, 2, 1, 1], x: [2, 1, 2, 1], took: [1, 1], big: [0, 0, 2, 1] },
        why: 'n: 0 | 10 | 11, 100 | 101. d: −1.00, −1.01 | 10.10, 10.09 | 10.11 | 10.12. x: −0.5, −1e300 | 0 | 0.1, 5e-324 | 0.3. Of x > 0, n is 11, 100, 101',
      },
      {
        key,
        prefix: 2,
        t: 2,
        expect: { n: [1, 1, 0, 0], one: [2, 0], d: [1, 1, 0, 0], x: [1, 1, 0, 0], took: [1, 1], big: [0, 0, 0, 0] },
        why: 'buckets without values are 0, and so are all of them where no event takes part',
      },
      {
        key: ['b'],
        prefix: 6,
        t: 6,
        expect: { n: [0, 0, 0, 0], one: [0, 0], d: [0, 0, 0, 0], x: [0, 0, 0, 0], took: [0, 0], big: [0, 0, 0, 0] },
        why: 'a key without events has counts, and they are 0',
      },
    ],
  },
  {
    name: 'the buckets of a histogram are its window’s: tails move by tiles, a late event counts, and bounds may be the largest integers',
    source: wide,
    group: group({
      exact: agg('histogram', 10, col('n'), { bounds: [5] }),
      tiles: agg('histogram', 10, col('n'), { bounds: [5], hop: 5 }),
      ever: agg('histogram', 'lifetime', col('n'), { bounds: [-MAX, 5, MAX - 1] }),
      product: agg('histogram', 'lifetime', math(col('n'), 'mul', col('m'), { type: 'int' }), { bounds: [0] }),
    }),
    log: history(ev(1, { n: 5, m: 2 }), ev(7, { n: 6, m: -2 }), ev(14, { n: MAX, m: 2 }), ev(6, { n: -MAX, m: 0 }, { arrival: 15 })),
    asks: [
      {
        key,
        prefix: 3,
        t: 14,
        expect: { exact: [0, 2], tiles: [1, 2], ever: [0, 1, 1, 1], product: [1, 1] },
        why: '[4, 14], and [0, 14] with tiles of 5; 2^53 − 1 times 2 is NULL, and in no bucket',
      },
      {
        key,
        prefix: 4,
        t: 15,
        expect: { exact: [1, 2], tiles: [1, 2], ever: [1, 1, 1, 1], product: [2, 1] },
        why: '[5, 15] in both: the late event counts as of its time; −(2^53 − 1) is on the first bound, and 0 on that of the product',
      },
    ],
  },
  {
    name: 'a revision takes the superseded value out of its bucket',
    source: revisable('ref'),
    group: group({ n: agg('histogram', 100, col('n'), { bounds: [5] }) }),
    log: history(ev(1, { ref: 'r', n: 5 }), ev(2, { ref: 'q', n: 7 }), ev(3, { ref: 'r', n: 6 }), ev(4, { ref: 'q' }, { deleted: true })),
    asks: [
      { key, prefix: 2, t: 2, expect: { n: [1, 1] }, why: '5 | 7' },
      { key, prefix: 3, t: 3, expect: { n: [0, 2] }, why: '5 has become 6' },
      { key, prefix: 4, t: 4, expect: { n: [0, 1] }, why: 'and 7 is deleted' },
    ],
  },
]
