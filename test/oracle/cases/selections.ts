/** Aggregates that select or count: order of events, order of values, distinct values, shares, times. */
import { type Case, agg, col, compare, ev, group, history, int, text, wide } from '../case.ts'

const key = ['a']
const W = 1000
const MAX = Number.MAX_SAFE_INTEGER // 9007199254740991
const emoji = '\u{1F600}' // F0 9F 98 80 in UTF-8, but D83D DE00 in UTF-16
const wave = '\uFF5E' // EF BD 9E in UTF-8

export const selections: Case[] = [
  {
    name: 'order is by time, then arrival, partition and offset',
    source: wide,
    group: group(
      {
        first: agg('first', W, col('n')),
        last: agg('last', W, col('n')),
        three: agg('lastK', W, col('n'), { k: 3 }),
        ten: agg('lastK', W, col('n'), { k: 10 }),
        change: agg('change', W, col('n')),
        rate: agg('rate', W, col('n')),
      },
      { key: ['g'] },
    ),
    log: history(
      ev(100, { k: 'a', g: 'x', n: 1 }),
      ev(100, { k: 'b', g: 'x', n: 2 }, { partition: 1 }),
      ev(100, { k: 'a', g: 'x', n: 3 }),
      ev(100, { k: 'b', g: 'x', n: 4 }, { partition: 1, arrival: 150 }),
      ev(90, { k: 'a', g: 'x', n: 5 }, { arrival: 200 }),
    ),
    asks: [
      {
        key: ['x'],
        prefix: 3,
        t: 100,
        expect: { first: 1, last: 2, three: [2, 3, 1], ten: [2, 3, 1], change: 1, rate: null },
        why: 'equal time and arrival: (0, 0), (0, 1), (1, 0); the order of taking is 1, 2, 3',
      },
      {
        key: ['x'],
        prefix: 5,
        t: 200,
        expect: { first: 5, last: 4, three: [4, 2, 3], ten: [4, 2, 3, 1, 5], change: -1, rate: -6000 },
        why: '4 arrived later at the same time; 5 arrived last and is the earliest; −1 in 10 ms is −6000 a minute',
      },
    ],
  },
  {
    name: 'first, last and lastK skip NULLs and keep their type',
    source: wide,
    group: group({
      first: agg('first', W, col('b')),
      last: agg('last', W, col('s')),
      lasts: agg('lastK', W, col('s'), { k: 2 }),
      bools: agg('lastK', W, col('b'), { k: 2 }),
      cents: agg('lastK', W, col('d'), { k: 5 }),
      none: agg('lastK', W, col('due'), { k: 2 }),
    }),
    log: history(ev(1, { s: 'p', d: 5 }), ev(2, { b: false, s: '' }), ev(3, { b: true, d: -110 }), ev(4, {})),
    asks: [
      {
        key,
        prefix: 1,
        t: 1,
        expect: { first: null, last: 'p', lasts: ['p'], bools: null, cents: [0.05], none: null },
        why: 'fewer if there are fewer, NULL if none',
      },
      {
        key,
        prefix: 4,
        t: 4,
        expect: { first: false, last: '', lasts: ['', 'p'], bools: [true, false], cents: [-1.1, 0.05], none: null },
        why: 'false and the empty string are values',
      },
    ],
  },
  {
    name: 'equal values in equal times all stay in lastK',
    source: wide,
    group: group({ two: agg('lastK', W, col('n'), { k: 2 }), one: agg('lastK', 1, col('n'), { k: 1 }) }),
    log: history(ev(5, { n: 7 }), ev(5, { n: 7 }), ev(5, { n: 8 })),
    asks: [{ key, prefix: 3, t: 5, expect: { two: [8, 7], one: [8] }, why: 'by offset' }],
  },
  {
    name: 'strings are ordered by their UTF-8 bytes',
    source: wide,
    group: group({
      min: agg('min', W, col('s')),
      max: agg('max', W, col('s')),
      above: agg('count', W, undefined, { where: compare(col('s'), 'gt', text(wave)) }),
      upTo: agg('count', W, undefined, { where: compare(col('s'), 'lte', text(wave)) }),
    }),
    log: history(ev(1, { s: emoji }), ev(2, { s: wave }), ev(3, { s: 'a' }), ev(4, { s: 'Z' }), ev(5, { s: '' })),
    asks: [
      { key, prefix: 2, t: 2, expect: { min: wave, max: emoji, above: 1, upTo: 1 }, why: 'EF… is below F0…, though D83D is below FF5E' },
      { key, prefix: 4, t: 4, expect: { min: 'Z', max: emoji, above: 1, upTo: 3 }, why: 'capitals before small letters' },
      { key, prefix: 5, t: 5, expect: { min: '', max: emoji, above: 1, upTo: 4 }, why: 'the empty string is first, and is not NULL' },
    ],
  },
  {
    name: 'share is of the values that are not NULL',
    source: wide,
    group: group({
      b: agg('share', 3, col('b')),
      big: agg('share', W, compare(col('n'), 'gt', int(3))),
      bigOfTrue: agg('share', W, compare(col('n'), 'gt', int(3)), { where: col('b') }),
    }),
    log: history(
      ev(1, { b: true, n: 9 }),
      ev(2, { b: false, n: null }),
      ev(3, { b: null, n: 3 }),
      ev(4, { b: true, n: 4 }),
      ev(8, { b: null }),
    ),
    asks: [
      {
        key,
        prefix: 4,
        t: 4,
        expect: { b: 2 / 3, big: 2 / 3, bigOfTrue: 1 },
        why: 'true, false, NULL, true; 9 and 4 of 9, 3, 4; with b true, both',
      },
      { key, prefix: 4, t: 5, expect: { b: 1 / 2, big: 2 / 3, bigOfTrue: 1 }, why: '[2, 5]' },
      { key, prefix: 2, t: 2, expect: { b: 1 / 2, big: 1, bigOfTrue: 1 }, why: 'NULL > 3 is in neither number' },
      { key, prefix: 5, t: 11, expect: { b: null, big: 2 / 3, bigOfTrue: 1 }, why: '[8, 11] holds one NULL' },
    ],
  },
  {
    name: 'countDistinct counts values, and 0 of nothing',
    source: wide,
    group: group({
      s: agg('countDistinct', W, col('s')),
      n: agg('countDistinct', W, col('n')),
      b: agg('countDistinct', W, col('b')),
      d: agg('countDistinct', W, col('d')),
      x: agg('countDistinct', W, col('x')),
    }),
    log: history(
      ev(1, { s: 'p', n: 1, d: 10, x: 0.1 }),
      ev(2, { s: 'P', n: 1, b: true, d: 10, x: 0.1 }),
      ev(3, { s: 'p', n: -1, b: false, x: 0.2 }),
      ev(4, {}),
    ),
    asks: [
      { key, prefix: 4, t: 4, expect: { s: 2, n: 2, b: 2, d: 1, x: 2 }, why: 'NULL is no value; letters keep their case' },
      { key, prefix: 1, t: 1, expect: { s: 1, n: 1, b: 0, d: 1, x: 1 }, why: 'b has only NULL' },
    ],
  },
  {
    name: 'values are told apart as they are, not as they are delivered',
    source: wide,
    group: group({
      kinds: agg('countDistinct', W, col('d')),
      min: agg('min', W, col('d')),
      max: agg('max', W, col('d')),
      change: agg('change', W, col('d')),
    }),
    log: history(ev(1, { d: MAX - 1 }), ev(2, { d: MAX })),
    asks: [
      {
        key,
        prefix: 2,
        t: 2,
        expect: { kinds: 2, min: 90071992547409.90625, max: 90071992547409.90625, change: 0.01 },
        exact: { change: 1n },
        why: '….90 and ….91 are both nearest to the double ….90625, in steps of 1 / 64',
      },
    ],
  },
  {
    name: 'timeSinceLast is from the last event to the clock',
    source: wide,
    group: group({
      any: agg('timeSinceLast', 100),
      n: agg('timeSinceLast', 'lifetime', col('n')),
      b: agg('timeSinceLast', 'lifetime', undefined, { where: col('b') }),
    }),
    log: history(ev(100, { n: 1, b: true }), ev(200, { b: false }), ev(150, { n: 2 }, { arrival: 210 })),
    asks: [
      { key, prefix: 1, t: 100, expect: { any: 0, n: 0, b: 0 }, why: 'now' },
      {
        key,
        prefix: 2,
        t: 250,
        expect: { any: 50, n: 150, b: 150 },
        why: 'a field: the last where it is not NULL; a condition: the last where it is true',
      },
      { key, prefix: 3, t: 250, expect: { any: 50, n: 100, b: 150 }, why: 'last by time: a late event is last only among those with n' },
      { key, prefix: 3, t: 301, expect: { any: null, n: 151, b: 201 }, why: '[201, 301] is empty' },
    ],
  },
]
