/** Decays: the contribution of an event halves with each half-life of its age. All values are exact in binary. */
import { type Case, agg, col, decimal, compare, ev, group, history, wide } from '../case.ts'

const key = ['a']
const DAY = 86_400_000

export const decays: Case[] = [
  {
    name: 'a decayed sum halves with each half-life, from the event time to the clock',
    source: wide,
    group: group({
      ints: agg('decayedSum', 10_000, col('n'), { halfLife: 1000 }),
      cents: agg('decayedSum', 10_000, col('d'), { halfLife: 1000 }),
      doubles: agg('decayedSum', 'lifetime', col('x'), { halfLife: 1000 }),
      took: agg('decayedSum', 10_000, col('took'), { halfLife: 1000 }),
      large: agg('decayedSum', 10_000, col('n'), { halfLife: 1000, where: compare(col('d'), 'gte', decimal(400, 2)) }),
    }),
    log: history(
      ev(1000, { n: 16, d: 800, x: 1, took: 64 }),
      ev(3000, { n: 4, d: 400, x: 8, took: null }),
      ev(4000, { n: -1, d: 100, x: null, took: 2 }),
    ),
    asks: [
      {
        key,
        prefix: 3,
        t: 4000,
        expect: { ints: 2 + 2 - 1, cents: 1 + 2 + 1, doubles: 1 / 8 + 4, took: 8 + 2, large: 2 + 2 },
        why: 'the first is three half-lives old, 16 / 8; the second one, 4 / 2; the third none. A NULL adds nothing',
      },
      {
        key,
        prefix: 3,
        t: 5000,
        expect: { ints: 1.5, cents: 2, doubles: 1 / 16 + 2, took: 5, large: 2 },
        why: 'a second later all of it is half',
      },
      {
        key,
        prefix: 3,
        t: 12_000,
        expect: {
          ints: 4 / 2 ** 9 - 1 / 2 ** 8,
          cents: 4 / 2 ** 9 + 1 / 2 ** 8,
          doubles: 1 / 2 ** 11 + 8 / 2 ** 9,
          took: 2 / 2 ** 8,
          large: 4 / 2 ** 9,
        },
        why: 'the first has left the windows of ten seconds',
      },
    ],
  },
  {
    name: 'a decayed sum of nothing is NULL, of long ago it is near nothing, and a late event counts as of its time',
    source: wide,
    group: group({
      sum: agg('decayedSum', 'lifetime', col('x'), { halfLife: 1 }),
      days: agg('decayedSum', 'lifetime', col('n'), { halfLife: DAY }),
    }),
    log: history(ev(-40 * DAY, { n: 2 ** 40 }), ev(0, { x: 3 }), ev(-32 * DAY, { n: 2 ** 32 }, { arrival: 1 })),
    asks: [
      { key, prefix: 1, t: 0, expect: { sum: null, days: 1 }, why: '40 half-lives, over two spans of 16' },
      { key, prefix: 2, t: 0, expect: { sum: 3, days: 1 }, why: 'of no age' },
      { key, prefix: 3, t: DAY, expect: { sum: 0, days: 1 }, why: 'half of one and half of another that came late; 2^−86,400,000 is 0' },
      { key: ['b'], prefix: 3, t: DAY, expect: { sum: null, days: null }, why: 'a key without events' },
    ],
  },
]
