/** variance, stddev, slope, rate, change: the formulas of the semantics, with every integer written out. */
import { type Case, agg, col, ev, group, history, wide } from '../case.ts'

const key = ['a']
const W = 1_000_000
const BIG = 2 ** 40

export const moments: Case[] = [
  {
    name: 'variance and stddev of a sample of ints',
    source: wide,
    group: group({ v: agg('variance', W, col('n')), sd: agg('stddev', W, col('n')) }),
    log: history(ev(1, { n: 2 }), ev(2, { n: null }), ev(3, { n: 4 }), ev(4, { n: 6 }), ev(5, { n: 9 })),
    asks: [
      { key, prefix: 2, t: 2, expect: { v: null, sd: null }, why: 'one value: NULL below 2' },
      { key, prefix: 3, t: 3, expect: { v: 2, sd: Math.SQRT2 }, why: 'n = 2, S = 6, Q = 20: (40 − 36) / 2' },
      { key, prefix: 4, t: 4, expect: { v: 4, sd: 2 }, why: 'n = 3, S = 12, Q = 56: (168 − 144) / 6' },
      { key, prefix: 5, t: 5, expect: { v: 107 / 12, sd: Math.sqrt(107 / 12) }, why: 'n = 4, S = 21, Q = 137: (548 − 441) / 12' },
    ],
  },
  {
    name: 'variance and stddev of decimals are scaled at the end',
    source: wide,
    group: group({ v: agg('variance', W, col('d')), sd: agg('stddev', W, col('d')) }),
    log: history(ev(1, { d: 10 }), ev(2, { d: 20 }), ev(3, { d: 30 })),
    asks: [
      {
        key,
        prefix: 3,
        t: 3,
        expect: { v: 0.01, sd: 0.1 },
        why: 'n = 3, S = 60, Q = 1400: (4200 − 3600) / 6 = 100; 100 / 10^4 and sqrt(100) / 10^2',
      },
      { key, prefix: 2, t: 2, expect: { v: 50 / 10_000, sd: Math.sqrt(50) / 100 }, why: 'n = 2, S = 30, Q = 500: (1000 − 900) / 2 = 50' },
    ],
  },
  {
    name: 'variance keeps what doubles would lose: large values close together',
    source: wide,
    group: group({ v: agg('variance', W, col('n')), sd: agg('stddev', W, col('n')) }),
    log: history(ev(1, { n: BIG }), ev(2, { n: BIG - 2 }), ev(3, { n: BIG - 4 })),
    asks: [
      { key, prefix: 3, t: 3, expect: { v: 4, sd: 2 }, why: 'the same as of 4, 2, 0, though Q is above 2^81' },
      { key, prefix: 2, t: 2, expect: { v: 2, sd: Math.SQRT2 }, why: 'the same as of 2, 0' },
    ],
  },
  {
    name: 'equal values have variance 0',
    source: wide,
    group: group({ v: agg('variance', W, col('d')), sd: agg('stddev', W, col('d')), slope: agg('slope', W, col('d')) }),
    log: history(ev(1, { d: 33 }), ev(2, { d: 33 }), ev(3, { d: 33 })),
    asks: [{ key, prefix: 3, t: 3, expect: { v: 0, sd: 0, slope: 0 }, why: 'n·Q = S²; and a level line has slope 0' }],
  },
  {
    name: 'variance and slope over doubles',
    source: wide,
    group: group({ v: agg('variance', W, col('x')), sd: agg('stddev', W, col('x')), slope: agg('slope', W, col('x'), { per: 1000 }) }),
    log: history(ev(1000, { x: 1.5 }), ev(2000, { x: 2.5 }), ev(2500, { x: null }), ev(3000, { x: 3.5 })),
    asks: [{ key, prefix: 4, t: 9000, expect: { v: 1, sd: 1, slope: 1 }, why: '((−1)² + 0 + 1²) / 2; one more a second' }],
  },
  {
    name: 'slope is the least squares line, per minute unless told',
    source: wide,
    group: group({ slope: agg('slope', W, col('n')), perSecond: agg('slope', W, col('n'), { per: 1000 }) }),
    log: history(ev(0, { n: 1 }), ev(60_000, { n: 3 }), ev(90_000, { n: null }), ev(120_000, { n: 5 })),
    asks: [
      { key, prefix: 1, t: 0, expect: { slope: null, perSecond: null }, why: 'one value' },
      { key, prefix: 4, t: 120_000, expect: { slope: 2, perSecond: 2 / 60 }, why: 'on a line; the NULL has no place on it' },
      { key, prefix: 4, t: 500_000, expect: { slope: 2, perSecond: 2 / 60 }, why: 'τ is relative to the clock, the slope is not' },
    ],
  },
  {
    name: 'slope of points that are not on a line',
    source: wide,
    group: group({ slope: agg('slope', W, col('n'), { per: 1000 }) }),
    log: history(ev(0, { n: 0 }), ev(1000, { n: 3 }), ev(2000, { n: 3 }), ev(2000, { n: 4 })),
    asks: [
      {
        key,
        prefix: 3,
        t: 2000,
        expect: { slope: 1.5 },
        why: 'τ = −2000, −1000, 0: (3·(−3000) + 3000·6)·1000 / (3·5000000 − 3000²) = 9000000 / 6000000',
      },
      {
        key,
        prefix: 4,
        t: 2000,
        expect: { slope: 18_000_000 / 11_000_000 },
        why: 'n = 4, Στ = −3000, Σx = 10, Στx = −3000, Στ² = 5000000: (−12000 + 30000)·1000 / (20000000 − 9000000)',
      },
    ],
  },
  {
    name: 'slope of decimals; equal times have none',
    source: wide,
    group: group({ slope: agg('slope', W, col('d')), perSecond: agg('slope', W, col('d'), { per: 1000 }) }),
    log: history(ev(0, { d: 10 }), ev(30_000, { d: 20 }), ev(2_000_000, { d: 1 }), ev(2_000_000, { d: 2 })),
    asks: [
      {
        key,
        prefix: 2,
        t: 30_000,
        expect: { slope: 0.2, perSecond: 300_000_000 / 900_000_000 / 100 },
        why: '2·(−300000) + 30000·30 = 300000; 2·9·10^8 − 9·10^8 = 9·10^8',
      },
      { key, prefix: 4, t: 2_000_000, expect: { slope: null, perSecond: null }, why: 'n·Στ² − (Στ)² is 0' },
    ],
  },
  {
    name: 'rate is from the first value to the last',
    source: wide,
    group: group({ rate: agg('rate', W, col('n')), cents: agg('rate', W, col('d'), { per: 1000 }) }),
    log: history(ev(0, { d: null, n: 10 }), ev(10_000, { d: 100, n: 99 }), ev(30_000, { d: 150, n: 25 }), ev(40_000, { d: null, n: null })),
    asks: [
      { key, prefix: 1, t: 0, expect: { rate: null, cents: null }, why: 'fewer than 2' },
      {
        key,
        prefix: 4,
        t: 40_000,
        expect: { rate: 30, cents: 0.025 },
        why: '15 in 30 s is 30 a minute; 50·1000 / 20000 = 2.5 hundredths a second; NULLs end no span',
      },
      { key, prefix: 2, t: 10_000, expect: { rate: 534, cents: null }, why: '89·60000 / 10000' },
    ],
  },
  {
    name: 'rate over no time is NULL, and falls as well as rises',
    source: wide,
    group: group({ rate: agg('rate', 100, col('n'), { per: 7 }), x: agg('rate', 100, col('x'), { per: 50 }) }),
    log: history(ev(0, { n: 1, x: 0.5 }), ev(0, { n: 9, x: 2 }), ev(30, { n: -9, x: 0.25 })),
    asks: [
      { key, prefix: 2, t: 0, expect: { rate: null, x: null }, why: 'a span of zero' },
      {
        key,
        prefix: 3,
        t: 30,
        expect: { rate: -70 / 30, x: (-0.25 * 50) / 30 },
        why: '(−9 − 1)·7 / 30 and −0.25·50 / 30: the first of two at 0 is the one before in the log',
      },
      { key, prefix: 3, t: 101, expect: { rate: null, x: null }, why: '[1, 101] holds one' },
    ],
  },
  {
    name: 'change is the last less the first; of one value it is 0',
    source: wide,
    group: group({ n: agg('change', W, col('n')), d: agg('change', W, col('d')), x: agg('change', W, col('x')) }),
    log: history(
      ev(1, { n: 5, d: 110, x: 0.5 }),
      ev(2, { n: 9, d: null, x: 100 }),
      ev(3, { n: 3, d: 105, x: 2 }),
      ev(2_000_000, { n: -Number.MAX_SAFE_INTEGER }),
      ev(2_000_001, { n: Number.MAX_SAFE_INTEGER }),
    ),
    asks: [
      { key, prefix: 1, t: 1, expect: { n: 0, d: 0, x: 0 }, exact: { n: 0n, d: 0n }, why: 'one value' },
      { key, prefix: 3, t: 3, expect: { n: -2, d: -0.05, x: 1.5 }, exact: { n: -2n, d: -5n }, why: '3 − 5, 1.05 − 1.10, 2 − 0.5' },
      {
        key,
        prefix: 5,
        t: 2_000_001,
        expect: { n: 18014398509481982, d: null, x: null },
        exact: { n: 18014398509481982n },
        why: 'twice 2^53 − 1',
      },
    ],
  },
]
