/** Which events a window holds: `floor((t − W) / hop) · hop <= time <= t`. Values are powers of two, so a sum names its members. */
import { type Case, agg, col, ev, group, history, wide } from '../case.ts'

const key = ['a']
const DAY = 86_400_000
const YEAR = 365 * DAY
const EARLIEST = -(2 ** 43)

export const windows: Case[] = [
  {
    name: 'an exact window holds both of its ends',
    source: wide,
    group: group({ n: agg('count', 1000), sum: agg('sum', 1000, col('n')) }),
    log: history(ev(0, { n: 1 }), ev(1, { n: 2 }), ev(1000, { n: 4 }), ev(1001, { n: 8 })),
    asks: [
      { key, prefix: 3, t: 1000, expect: { n: 3, sum: 7 }, why: '[0, 1000] holds 0, 1 and 1000' },
      { key, prefix: 4, t: 1001, expect: { n: 3, sum: 14 }, why: '[1, 1001]: the event at 0 has left' },
      { key, prefix: 3, t: 1001, expect: { n: 2, sum: 6 }, why: 'the clock moves, nothing more is known' },
      { key, prefix: 4, t: 1000, expect: { n: 3, sum: 7 }, why: 'known, but later than t: does not count' },
      { key, prefix: 4, t: 2001, expect: { n: 1, sum: 8 }, why: '[1001, 2001]' },
      { key, prefix: 4, t: 2002, expect: { n: 0, sum: null }, why: '[1002, 2002] is empty' },
      { key, prefix: 4, t: -1, expect: { n: 0, sum: null }, why: 'a clock before the first event' },
    ],
  },
  {
    name: 'with a hop the tail stands at the start of a tile and the head is exact',
    source: wide,
    group: group({ sum: agg('sum', 1000, col('n'), { hop: 100 }) }),
    log: history(
      ev(-1, { n: 1 }), ev(0, { n: 2 }), ev(99, { n: 4 }), ev(100, { n: 8 }),
      ev(1049, { n: 16 }), ev(1050, { n: 32 }), ev(1051, { n: 64 }),
    ),
    asks: [
      { key, prefix: 6, t: 1050, expect: { sum: 62 }, why: 'floor(50 / 100) · 100 = 0: 2 + 4 + 8 + 16 + 32' },
      { key, prefix: 7, t: 1049, expect: { sum: 30 }, why: '[0, 1049]: 2 + 4 + 8 + 16' },
      { key, prefix: 7, t: 1099, expect: { sum: 126 }, why: 'the last clock of the tail at 0: 2 + 4 + 8 + 16 + 32 + 64' },
      { key, prefix: 7, t: 1100, expect: { sum: 120 }, why: 'the tail jumps to 100: 8 + 16 + 32 + 64' },
      { key, prefix: 7, t: 999, expect: { sum: 15 }, why: 'floor(−1 / 100) · 100 = −100: 1 + 2 + 4 + 8' },
    ],
  },
  {
    name: 'tiles at negative times: floor goes toward −∞',
    source: wide,
    group: group({ sum: agg('sum', 1000, col('n'), { hop: 1000 }) }),
    log: history(ev(-3000, { n: 1 }), ev(-2001, { n: 2 }), ev(-2000, { n: 4 }), ev(-1999, { n: 8 }), ev(-1, { n: 16 }), ev(0, { n: 32 })),
    asks: [
      { key, prefix: 5, t: -1, expect: { sum: 28 }, why: 'floor(−1001 / 1000) = −2: [−2000, −1]; truncation would give 16' },
      { key, prefix: 6, t: -1000, expect: { sum: 12 }, why: '−2000 is a tile’s start: [−2000, −1000]' },
      { key, prefix: 6, t: -1001, expect: { sum: 15 }, why: 'floor(−2001 / 1000) = −3: [−3000, −1001]' },
      { key, prefix: 6, t: 0, expect: { sum: 48 }, why: '[−1000, 0]' },
      { key, prefix: 6, t: 999, expect: { sum: 48 }, why: 'floor(−1 / 1000) = −1: [−1000, 999]; truncation would give 32' },
    ],
  },
  {
    name: 'a window need not be a multiple of its hop',
    source: wide,
    group: group({ sum: agg('sum', 250, col('n'), { hop: 100 }) }),
    log: history(ev(0, { n: 1 }), ev(99, { n: 2 }), ev(100, { n: 4 }), ev(300, { n: 8 })),
    asks: [
      { key, prefix: 4, t: 249, expect: { sum: 7 }, why: 'floor(−1 / 100) · 100 = −100' },
      { key, prefix: 4, t: 300, expect: { sum: 15 }, why: 'floor(50 / 100) · 100 = 0' },
      { key, prefix: 4, t: 349, expect: { sum: 15 }, why: 'floor(99 / 100) · 100 = 0' },
      { key, prefix: 4, t: 350, expect: { sum: 12 }, why: 'floor(100 / 100) · 100 = 100' },
    ],
  },
  {
    name: 'a day as hop: tiles begin at midnight UTC',
    source: wide,
    group: group({ sum: agg('sum', 2 * DAY, col('n'), { hop: DAY }) }),
    log: history(ev(DAY - 1, { n: 1 }), ev(DAY, { n: 2 }), ev(2 * DAY, { n: 4 }), ev(3 * DAY, { n: 8 })),
    asks: [
      { key, prefix: 4, t: 3 * DAY - 1, expect: { sum: 7 }, why: 't − W is the last millisecond of day 0: [0, 3 d)' },
      { key, prefix: 4, t: 3 * DAY, expect: { sum: 14 }, why: 't − W is midnight: [1 d, 3 d]' },
      { key, prefix: 4, t: 3 * DAY + 1, expect: { sum: 14 }, why: 'the tail stays at 1 d' },
      { key, prefix: 4, t: 4 * DAY, expect: { sum: 12 }, why: '[2 d, 4 d]' },
    ],
  },
  {
    name: 'a window of a year, to the millisecond',
    source: wide,
    group: group({ n: agg('count', YEAR), since: agg('timeSinceLast', YEAR) }),
    log: history(ev(0, {})),
    asks: [
      { key, prefix: 1, t: YEAR, expect: { n: 1, since: YEAR }, why: 'the tail is 0, included' },
      { key, prefix: 1, t: YEAR + 1, expect: { n: 0, since: null }, why: 'the tail is 1' },
    ],
  },
  {
    name: 'a lifetime has no lower end, but it has the clock',
    source: wide,
    group: group({ sum: agg('sum', 'lifetime', col('n')), n: agg('count', 'lifetime') }),
    log: history(ev(EARLIEST, { n: 1 }), ev(0, { n: 2 }), ev(2 ** 43, { n: 4 })),
    asks: [
      { key, prefix: 3, t: EARLIEST, expect: { sum: 1, n: 1 }, why: 'the earliest time there is' },
      { key, prefix: 3, t: 2 ** 43 - 1, expect: { sum: 3, n: 2 }, why: 'one millisecond before the last' },
      { key, prefix: 3, t: 2 ** 43, expect: { sum: 7, n: 3 }, why: 'the latest time there is' },
    ],
  },
  {
    name: 'every aggregate over nothing: counts are 0, all else is NULL',
    source: wide,
    group: group({
      count: agg('count', 10), sum: agg('sum', 10, col('n')), mean: agg('mean', 10, col('n')), min: agg('min', 10, col('n')),
      max: agg('max', 10, col('n')), variance: agg('variance', 10, col('n')), stddev: agg('stddev', 10, col('n')),
      first: agg('first', 10, col('n')), last: agg('last', 10, col('n')), lastK: agg('lastK', 10, col('n'), { k: 3 }),
      change: agg('change', 10, col('n')), rate: agg('rate', 10, col('n')), slope: agg('slope', 10, col('n')),
      share: agg('share', 10, col('b')), since: agg('timeSinceLast', 10, col('n')), kinds: agg('countDistinct', 10, col('n')),
    }),
    log: history(ev(0, { n: 1, b: true }), ev(100, {})),
    asks: [50, 100].map((t, i) => ({
      key, prefix: 2, t,
      expect: {
        count: i, sum: null, mean: null, min: null, max: null, variance: null, stddev: null, first: null, last: null, lastK: null,
        change: null, rate: null, slope: null, share: null, since: null, kinds: 0,
      },
      why: ['[40, 50] is empty', '[90, 100] holds an event whose values are all NULL: only count sees it'][i]!,
    })),
  },
]
