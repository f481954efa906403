/** Three-valued logic in conditions, and NULL in keys. */
import type { ExprIR } from '../../../src/define/ir/ir.ts'
import { type Case, agg, col, compare, double, ev, group, history, int, isNull, logic, math, not, text, wide } from '../case.ts'

const key = ['a']
const W = 1000
const big = compare(col('n'), 'gt', int(5))
/** The sum of m, a power of two for each event, so it identifies the events for which the condition is true. */
const those = (where: ExprIR) => agg('sum', W, col('m'), { where })

export const nulls: Case[] = [
  {
    name: 'and, or, not and isNull are three-valued; an event takes part only where its condition is true',
    source: wide,
    group: group({
      or: those(logic(big, 'or', col('b'))),
      ro: those(logic(col('b'), 'or', big)),
      and: those(logic(big, 'and', col('b'))),
      notOr: those(not(logic(big, 'or', col('b')))),
      notRo: those(not(logic(col('b'), 'or', big))),
      notAnd: those(not(logic(big, 'and', col('b')))),
      notDna: those(not(logic(col('b'), 'and', big))),
      isNull: those(isNull(col('n'))),
      unknown: those(isNull(big)),
      unknownNot: those(isNull(not(big))),
      ne: those(compare(col('n'), 'ne', int(6))),
      self: those(compare(col('n'), 'eq', col('n'))),
    }),
    log: history(
      ev(1, { m: 1, n: 6, b: true }),
      ev(2, { m: 2, n: 6, b: false }),
      ev(3, { m: 4, n: 6 }),
      ev(4, { m: 8, n: 1, b: true }),
      ev(5, { m: 16, n: 1, b: false }),
      ev(6, { m: 32, n: 1 }),
      ev(7, { m: 64, b: true }),
      ev(8, { m: 128, b: false }),
      ev(9, { m: 256 }),
    ),
    asks: [
      {
        key,
        prefix: 9,
        t: 9,
        expect: {
          or: 79, // 1 + 2 + 4 + 8 + 64: either is true
          ro: 79,
          and: 1,
          notOr: 16, // both are false
          notRo: 16,
          notAnd: 186, // 2 + 8 + 16 + 32 + 128: either is false
          notDna: 186,
          isNull: 448, // 64 + 128 + 256
          unknown: 448,
          unknownNot: 448,
          ne: 56, // 8 + 16 + 32
          self: 63,
        },
        why: 'true, false and NULL for n > 5, with true, false and NULL for b',
      },
    ],
  },
  {
    name: 'comparisons below, at and above',
    source: wide,
    group: group({
      eq: those(compare(col('n'), 'eq', int(5))),
      ne: those(compare(col('n'), 'ne', int(5))),
      lt: those(compare(col('n'), 'lt', int(5))),
      lte: those(compare(col('n'), 'lte', int(5))),
      gt: those(compare(col('n'), 'gt', int(5))),
      gte: those(compare(col('n'), 'gte', int(5))),
      ltDouble: those(compare(col('n'), 'lt', double(5))),
      gteDouble: those(compare(double(5), 'gte', col('n'))),
      bools: those(compare(col('b'), 'eq', col('b'))),
      strings: those(compare(col('s'), 'gte', text('p'))),
    }),
    log: history(
      ev(1, { m: 1, n: 4, s: 'o' }),
      ev(2, { m: 2, n: 5, b: false, s: 'p' }),
      ev(3, { m: 4, n: 6, b: true, s: 'pp' }),
      ev(4, { m: 8 }),
    ),
    asks: [
      {
        key,
        prefix: 4,
        t: 4,
        expect: { eq: 2, ne: 5, lt: 1, lte: 3, gt: 4, gte: 6, ltDouble: 1, gteDouble: 3, bools: 6, strings: 6 },
        why: '4, 5 and 6 against 5; of 8, which has only NULLs, nothing is known',
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
