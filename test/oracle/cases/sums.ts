/** Exact sums and means, and the arithmetic of expressions inside an aggregate. */
import { type Case, agg, col, compare, decimal, double, ev, group, history, int, math, wide } from '../case.ts'

const key = ['a']
const W = 10_000
const MAX = Number.MAX_SAFE_INTEGER // 2^53 − 1 = 9007199254740991

export const sums: Case[] = [
  {
    name: 'decimals add without error',
    source: wide,
    group: group({
      sum: agg('sum', W, col('d')),
      mean: agg('mean', W, col('d')),
      min: agg('min', W, col('d')),
      max: agg('max', W, col('d')),
    }),
    log: history(ev(1, { d: 1010 }), ev(2, { d: 2020 }), ev(3, { d: 1 }), ev(4, { d: -555 }), ev(5, { d: null })),
    asks: [
      {
        key,
        prefix: 5,
        t: 5,
        expect: { sum: 24.76, mean: 6.19, min: -5.55, max: 20.2 },
        exact: { sum: 2476n },
        why: '1010 + 2020 + 1 − 555 = 2476 hundredths of 4 values (one is NULL); 2476 / 4 = 619',
      },
      {
        key,
        prefix: 3,
        t: 3,
        expect: { sum: 30.31, mean: 3031 / 3 / 100, min: 0.01, max: 20.2 },
        why: 'mean rounds twice: S / n, then / 100',
      },
    ],
  },
  {
    name: 'sums of ints beyond 2^53 are exact and delivered with one rounding',
    source: wide,
    group: group({ sum: agg('sum', W, col('n')), mean: agg('mean', W, col('n')) }),
    log: history(
      ev(1, { n: MAX }),
      ev(2, { n: 1 }),
      ev(3, { n: 1 }),
      ev(4, { n: 1 }),
      ev(5, { n: 1 }),
      ev(20_001, { n: MAX }),
      ev(20_002, { n: MAX }),
      ev(20_003, { n: -MAX }),
      ev(20_004, { n: -MAX }),
      ev(20_005, { n: 7 }),
    ),
    asks: [
      {
        key,
        prefix: 4,
        t: 4,
        expect: { sum: 9007199254740994, mean: 2251799813685248.5 },
        exact: { sum: 9007199254740994n },
        why: '2^53 + 2; adding doubles one by one would stay at 2^53',
      },
      {
        key,
        prefix: 5,
        t: 5,
        expect: { sum: 9007199254740996, mean: 9007199254740996 / 5 },
        exact: { sum: 9007199254740995n },
        why: '2^53 + 3 is halfway between two doubles; the even one is 2^53 + 4',
      },
      { key, prefix: 8, t: 20_002, expect: { sum: 18014398509481982, mean: MAX }, exact: { sum: 18014398509481982n }, why: '2^54 − 2' },
      { key, prefix: 10, t: 20_005, expect: { sum: 7, mean: 1.4 }, exact: { sum: 7n }, why: 'what is large cancels without a trace' },
    ],
  },
  {
    name: 'durations and timestamps are integer milliseconds',
    source: wide,
    group: group({
      sum: agg('sum', W, col('took')),
      mean: agg('mean', W, col('took')),
      min: agg('min', W, col('due')),
      max: agg('max', W, col('due')),
      change: agg('change', W, col('due')),
    }),
    log: history(ev(1, { took: 1500, due: 4000 }), ev(2, { took: -200, due: -1000 }), ev(3, { took: 101 })),
    asks: [
      {
        key,
        prefix: 3,
        t: 3,
        expect: { sum: 1401, mean: 467, min: -1000, max: 4000, change: -5000 },
        why: 'change of a timestamp is a duration',
      },
    ],
  },
  {
    name: 'sums over doubles',
    source: wide,
    group: group({
      sum: agg('sum', W, col('x')),
      mean: agg('mean', W, col('x')),
      min: agg('min', W, col('x')),
      max: agg('max', W, col('x')),
    }),
    log: history(ev(1, { x: 0.5 }), ev(2, { x: 1.25 }), ev(3, { x: -4 }), ev(4, { x: null })),
    asks: [{ key, prefix: 4, t: 4, expect: { sum: -2.25, mean: -0.75, min: -4, max: 1.25 }, why: 'all of it is exact in binary' }],
  },
  {
    name: 'there is no negative zero',
    source: wide,
    group: group({
      sum: agg('sum', W, math(col('x'), 'mul', double(-1), { type: 'double' })),
      first: agg('first', W, math(col('x'), 'mul', double(-1), { type: 'double' })),
      min: agg('min', W, math(col('x'), 'div', int(-5), { type: 'double' })),
      kinds: agg('countDistinct', W, math(col('x'), 'mul', double(-1), { type: 'double' })),
      change: agg('change', W, math(col('d'), 'mul', int(-1), { type: 'decimal', scale: 2 })),
    }),
    log: history(ev(1, { x: 0, d: 0 })),
    asks: [{ key, prefix: 1, t: 1, expect: { sum: 0, first: 0, min: 0, kinds: 1, change: 0 }, why: '0 · −1 = 0 and 0 / −5 = 0' }],
  },
  {
    name: 'an exact result outside ±(2^53 − 1) is NULL, and NULL is ignored',
    source: wide,
    group: group({
      squares: agg('sum', W, math(col('n'), 'mul', col('n'), { type: 'int' })),
      positive: agg('count', W, undefined, { where: compare(math(col('n'), 'mul', col('n'), { type: 'int' }), 'gt', int(0)) }),
      plus: agg('last', W, math(col('m'), 'add', int(1), { type: 'int' })),
      minus: agg('last', W, math(col('m'), 'sub', int(1), { type: 'int' })),
      edge: agg('last', W, math(col('m'), 'mul', int(-1), { type: 'int' })),
    }),
    log: history(ev(1, { n: 94_906_265, m: MAX }), ev(2, { n: 94_906_266, m: -MAX })),
    asks: [
      {
        key,
        prefix: 1,
        t: 1,
        expect: { squares: 9007199136250225, positive: 1, plus: null, minus: MAX - 1, edge: -MAX },
        why: '94906265² is below 2^53; 2^53 − 1 + 1 is not',
      },
      {
        key,
        prefix: 2,
        t: 2,
        expect: { squares: 9007199136250225, positive: 1, plus: -MAX + 1, minus: MAX - 1, edge: MAX },
        why: '94906266² = 9007199326062756 is NULL; so is −(2^53 − 1) − 1, and last skips it',
      },
    ],
  },
  {
    name: 'scales: the larger for + and −, the sum for ·; comparisons are mathematical',
    source: wide,
    group: group({
      add: agg('last', W, math(col('d'), 'add', col('n'), { type: 'decimal', scale: 2 })),
      sub: agg('last', W, math(col('n'), 'sub', decimal(1, 3), { type: 'decimal', scale: 3 })),
      mul: agg('last', W, math(col('d'), 'mul', col('d'), { type: 'decimal', scale: 4 })),
      total: agg('sum', W, math(col('d'), 'mul', col('n'), { type: 'decimal', scale: 2 })),
      equal: agg('count', W, undefined, { where: compare(col('d'), 'eq', decimal(12_500, 4)) }),
      below: agg('count', W, undefined, { where: compare(col('d'), 'lt', decimal(1_251, 3)) }),
      above: agg('count', W, undefined, { where: compare(col('d'), 'gt', int(1)) }),
    }),
    log: history(ev(1, { d: 125, n: 3 })),
    asks: [
      {
        key,
        prefix: 1,
        t: 1,
        expect: { add: 4.25, sub: 2.999, mul: 1.5625, total: 3.75, equal: 1, below: 1, above: 1 },
        exact: { total: 375n },
        why: '1.25 + 3, 3 − 0.001, 1.25², 1.25 · 3; 1.25 = 1.2500 < 1.251',
      },
    ],
  },
  {
    name: 'a double beside an exact operand makes the operation a double’s',
    source: wide,
    group: group({
      add: agg('last', W, math(col('d'), 'add', col('x'), { type: 'double' })),
      exact: agg('last', W, math(col('d'), 'add', decimal(20, 2), { type: 'decimal', scale: 2 })),
      equal: agg('count', W, undefined, { where: compare(col('d'), 'eq', double(0.1)) }),
      edge: agg('count', W, undefined, { where: compare(col('n'), 'lt', double(2 ** 53)) }),
    }),
    log: history(ev(1, { d: 10, x: 0.2, n: MAX })),
    asks: [
      {
        key,
        prefix: 1,
        t: 1,
        expect: { add: 0.30000000000000004, exact: 0.3, equal: 1, edge: 1 },
        why: 'fl(0.1 + 0.2) against 30 / 100; fl(10 / 100) is the double 0.1',
      },
    ],
  },
  {
    name: 'division is over doubles; by zero, or past the largest double, it is NULL',
    source: wide,
    group: group({
      half: agg('last', W, math(col('n'), 'div', int(2), { type: 'double' })),
      third: agg('last', W, math(col('d'), 'div', int(3), { type: 'double' })),
      none: agg('last', W, math(col('n'), 'div', math(col('n'), 'sub', col('n'), { type: 'int' }), { type: 'double' })),
      huge: agg('last', W, math(col('x'), 'mul', double(10), { type: 'double' })),
      zero: agg('last', W, math(col('x'), 'add', double(0), { type: 'double' })),
      undefinedToo: agg('last', W, math(math(col('x'), 'mul', double(10), { type: 'double' }), 'add', int(1), { type: 'double' })),
    }),
    log: history(ev(1, { n: -7, d: 100, x: 1e308 })),
    asks: [
      {
        key,
        prefix: 1,
        t: 1,
        expect: { half: -3.5, third: 1 / 3, none: null, huge: null, zero: 1e308, undefinedToo: null },
        why: '−7 / 2 is not an integer division; −7 / 0 is NULL; 1e309 is no double; NULL + 1 is NULL',
      },
    ],
  },
]
