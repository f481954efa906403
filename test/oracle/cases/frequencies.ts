/** The most frequent values. */
import { type Case, agg, col, ev, group, history, revisable, wide } from '../case.ts'

const key = ['a']
const W = 1000
const MAX = Number.MAX_SAFE_INTEGER // 9007199254740991
const emoji = '\u{1F600}' // F0 9F 98 80 in UTF-8, but D83D DE00 in UTF-16
const wave = '\uFF5E' // EF BD 9E in UTF-8

export const frequencies: Case[] = [
  {
    name: 'topK is by count, then by value; fewer if there are fewer, NULL if none',
    source: wide,
    group: group({
      n: agg('topK', W, col('n'), { k: 2 }),
      s: agg('topK', W, col('s'), { k: 3 }),
      b: agg('topK', W, col('b'), { k: 2 }),
      d: agg('topK', W, col('d'), { k: 1 }),
      x: agg('topK', W, col('x'), { k: 9, where: col('b') }),
      due: agg('topK', W, col('due'), { k: 1 }),
    }),
    log: history(
      ev(1, { n: 7, s: emoji, b: true, d: -110, x: 0.1 }),
      ev(2, { n: -7, s: wave, b: false, d: 250, x: 5 }),
      ev(3, { n: 7, s: wave, d: 250 }),
      ev(4, { n: -7, s: 'a', b: true, x: 0.1 }),
      ev(5, { n: 7, s: emoji, b: true, x: -2 }),
    ),
    asks: [
      {
        key,
        prefix: 5,
        t: 5,
        expect: { n: [7, -7], s: [wave, emoji, 'a'], b: [true, false], d: [2.5], x: [0.1, -2], due: null },
        why: '7 three times, −7 twice; by UTF-8 bytes EF… is before F0…, though D83D is before FF5E; NULL is no value',
      },
      {
        key,
        prefix: 2,
        t: 2,
        expect: { n: [-7, 7], s: [wave, emoji], b: [false, true], d: [-1.1], x: [0.1], due: null },
        why: 'each once: the lesser first, and false before true',
      },
      { key: ['b'], prefix: 5, t: 5, expect: { n: null, s: null, b: null, d: null, x: null, due: null }, why: 'a key without events' },
    ],
  },
  {
    name: 'topK tells values apart as they are, and rejects a window of more than its limit, until it holds fewer',
    source: wide,
    group: group({
      two: agg('topK', 10, col('s'), { k: 1, limit: 2 }),
      tiles: agg('topK', 10, col('s'), { k: 1, limit: 2, hop: 5 }),
      ever: agg('topK', 'lifetime', col('s'), { k: 2, limit: 2 }),
      large: agg('topK', 'lifetime', col('d'), { k: 2 }),
    }),
    log: history(
      ev(1, { s: 'p', d: MAX }),
      ev(2, { s: 'q', d: MAX - 1 }),
      ev(3, { s: 'p', d: MAX }),
      ev(12, { s: 'r' }),
      ev(11, { s: 'r' }, { arrival: 14 }),
    ),
    asks: [
      {
        key,
        prefix: 3,
        t: 3,
        expect: { two: ['p'], tiles: ['p'], ever: ['p', 'q'], large: [90071992547409.90625, 90071992547409.90625] },
        why: 'the limit itself is exact; ….91 twice and ….90 once are delivered as one double',
      },
      {
        key,
        prefix: 4,
        t: 12,
        expect: {
          two: { rejected: 'SPILL_LIMIT' },
          tiles: { rejected: 'SPILL_LIMIT' },
          ever: { rejected: 'SPILL_LIMIT' },
          large: [90071992547409.90625, 90071992547409.90625],
        },
        why: '[2, 12] and [0, 12] hold p, q, r',
      },
      {
        key,
        prefix: 5,
        t: 14,
        expect: {
          two: ['r'],
          tiles: { rejected: 'SPILL_LIMIT' },
          ever: { rejected: 'SPILL_LIMIT' },
          large: [90071992547409.90625, 90071992547409.90625],
        },
        why: '[4, 14] holds r twice; [0, 14] still holds three',
      },
      {
        key,
        prefix: 5,
        t: 15,
        expect: {
          two: ['r'],
          tiles: ['r'],
          ever: { rejected: 'SPILL_LIMIT' },
          large: [90071992547409.90625, 90071992547409.90625],
        },
        why: '[5, 15] in both; a lifetime never holds fewer',
      },
    ],
  },
  {
    name: 'a revision may bring a window back to its limit of different values',
    source: revisable('ref'),
    group: group({ top: agg('topK', 100, col('s'), { k: 2, limit: 2 }), ever: agg('topK', 'lifetime', col('s'), { k: 1, limit: 2 }) }),
    log: history(
      ev(1, { ref: 'r', s: 'p' }),
      ev(2, { ref: 'q', s: 'q' }),
      ev(3, { ref: 'x', s: 'r' }),
      ev(4, { ref: 'r', s: 'q' }),
      ev(5, { ref: 'x' }, { deleted: true }),
    ),
    asks: [
      { key, prefix: 3, t: 3, expect: { top: { rejected: 'SPILL_LIMIT' }, ever: { rejected: 'SPILL_LIMIT' } }, why: 'p, q, r' },
      { key, prefix: 4, t: 4, expect: { top: ['q', 'r'], ever: ['q'] }, why: 'p has become q: q, q, r' },
      { key, prefix: 5, t: 5, expect: { top: ['q'], ever: ['q'] }, why: 'and r is deleted' },
    ],
  },
]
