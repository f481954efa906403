/** Three-valued logic in conditions, and NULL in keys. */
import { type Case, agg, col, compare, ev, group, history, int, isNull, logic, math, not, wide } from '../case.ts'

const key = ['a']
const W = 1000
const big = compare(col('n'), 'gt', int(5))
const counts = (where: Parameters<typeof not>[0]) => agg('count', W, undefined, { where })

export const nulls: Case[] = [
  {
    name: 'and, or, not and isNull are three-valued; an event takes part only where its condition is true',
    source: wide,
    group: group({
      or: counts(logic(big, 'or', col('b'))),
      and: counts(logic(big, 'and', col('b'))),
      notOr: counts(not(logic(big, 'or', col('b')))),
      notAnd: counts(not(logic(big, 'and', col('b')))),
      isNull: counts(isNull(col('n'))),
      unknown: counts(isNull(big)),
      ne: counts(compare(col('n'), 'ne', int(6))),
      self: counts(compare(col('n'), 'eq', col('n'))),
    }),
    log: history(ev(1, { n: 6 }), ev(2, { b: true }), ev(3, { b: false }), ev(4, { n: 1, b: false }), ev(5, {})),
    asks: [
      {
        key,
        prefix: 5,
        t: 5,
        expect: { or: 2, and: 0, notOr: 1, notAnd: 2, isNull: 3, unknown: 3, ne: 1, self: 2 },
        why: 'or: T T N F N; and: N N F F N; NULL = NULL is NULL',
      },
    ],
  },
  {
    name: 'a condition chooses events, NULL values among them are still ignored',
    source: wide,
    group: group({
      n: agg('count', W, undefined, { where: col('b') }),
      sum: agg('sum', W, col('n'), { where: col('b') }),
      mean: agg('mean', W, col('n'), { where: col('b') }),
      doubled: agg('sum', W, math(col('n'), 'add', col('m'), { type: 'int' })),
    }),
    log: history(
      ev(1, { b: true, n: 1, m: 10 }),
      ev(2, { b: null, n: 2 }),
      ev(3, { b: false, n: 4, m: 5 }),
      ev(4, { b: true, n: null, m: 8 }),
    ),
    asks: [{ key, prefix: 4, t: 4, expect: { n: 2, sum: 1, mean: 1, doubled: 20 }, why: 'b true at 1 and 4; n + m is 11, NULL, 9, NULL' }],
  },
  {
    name: 'an event whose group key is NULL is in no group',
    source: wide,
    group: group({ n: agg('count', W), sum: agg('sum', W, col('n')) }, { key: ['g'] }),
    log: history(
      ev(1, { g: 'x', n: 1 }),
      ev(2, { g: null, n: 2 }),
      ev(3, { k: 'b', g: 'x', n: 4 }, { partition: 1 }),
      ev(4, { g: '', n: 8 }),
    ),
    asks: [
      { key: ['x'], prefix: 4, t: 4, expect: { n: 2, sum: 5 }, why: 'of two source keys' },
      { key: [''], prefix: 4, t: 4, expect: { n: 1, sum: 8 }, why: 'the empty string is a key' },
      { key: [null], prefix: 4, t: 4, expect: { n: 0, sum: null }, why: 'no event has the key NULL' },
      { key: ['a'], prefix: 4, t: 4, expect: { n: 0, sum: null }, why: 'a source key is not a key of this group' },
    ],
  },
  {
    name: 'a composite key needs all of its fields',
    source: wide,
    group: group({ n: agg('count', W), last: agg('last', W, col('x')) }, { key: ['g', 'n'] }),
    log: history(
      ev(1, { g: 'x', n: 1, x: 0.5 }),
      ev(2, { g: 'x', n: 2, x: 1.5 }),
      ev(3, { g: 'x', x: 2.5 }),
      ev(4, { n: 1, x: 3.5 }),
      ev(5, { g: 'x', n: 1, x: 4.5 }),
    ),
    asks: [
      { key: ['x', 1], prefix: 5, t: 5, expect: { n: 2, last: 4.5 }, why: 'at 1 and 5' },
      { key: ['x', 2], prefix: 5, t: 5, expect: { n: 1, last: 1.5 }, why: 'at 2' },
      { key: ['x', null], prefix: 5, t: 5, expect: { n: 0, last: null }, why: 'NULL matches nothing' },
      { key: ['y', 1], prefix: 5, t: 5, expect: { n: 0, last: null }, why: 'a key never seen' },
    ],
  },
  {
    name: 'keys are compared as values, whatever they are called',
    source: wide,
    group: group({ n: agg('count', W) }),
    log: history(ev(1, { k: '__proto__' }), ev(2, { k: '\u{1F600}' }), ev(3, { k: '\uFF5E' }), ev(4, { k: '1' }), ev(5, { k: 'a\u0000b' })),
    asks: [
      { key: ['__proto__'], prefix: 5, t: 5, expect: { n: 1 }, why: 'a string like any other' },
      { key: ['\u{1F600}'], prefix: 5, t: 5, expect: { n: 1 }, why: 'above U+FFFF' },
      { key: ['a'], prefix: 5, t: 5, expect: { n: 0 }, why: 'U+0000 ends no string' },
      { key: ['constructor'], prefix: 5, t: 5, expect: { n: 0 }, why: 'never seen' },
    ],
  },
]
