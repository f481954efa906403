/**
 * `begins`: does an episode start in (t, t + 30] that lasts 10, with no gap above 20? The condition is `n < 70`; a reading is high (100),
 * low (60) or neither (NULL).
 */
import type { LabelIR } from '../../../src/define/ir/ir.ts'
import { changelog, col, compare, ev, history, int, revisable } from '../case.ts'
import { ask, labelled, onRequest, ticked, type LabelCase } from '../label-case.ts'
import { own, ticking } from './triggers.ts'

const below: LabelIR = {
  kind: 'begins',
  source: 'wide',
  key: 'k',
  condition: compare(col('n'), 'lt', int(70)),
  within: 30,
  lasting: 10,
  maxGap: 20,
}

const high = (time: number, k = 'a', how: Parameters<typeof ev>[2] = {}) => ev(time, { k, n: 100 }, how)
const low = (time: number, k = 'a', how: Parameters<typeof ev>[2] = {}) => ev(time, { k, n: 60 }, how)
const nothing = (time: number, k = 'a') => ev(time, { k, n: null })

export const episodeCases: LabelCase[] = [
  {
    name: 'an episode starts in (t, t + within]: the open end and the closed one',
    pipeline: labelled(onRequest, below),
    log: history(high(0), high(20), high(40), low(50), low(60), high(70), high(90), high(110)),
    run: { requests: [ask(1, 19), ask(2, 20), ask(3, 49), ask(3, 50)] },
    asks: [
      { at: 18, expect: [] },
      { at: 59, expect: ['unknown', 'unknown', 'unknown', 'unknown'] }, // from 50 on it has lasted 0
      { at: 60, expect: [false, true, true, 'unknown'], outcomes: [null, 50, 50, null] }, // 50 is 31 after 19, 30 after 20, and at 50 itself
      { at: 89, expect: [false, true, true, 'unknown'] },
      { at: 90, expect: [false, true, true, false] },
    ],
  },
  {
    name: 'it counts once it has reached `lasting`; false is known at t + within + lasting',
    pipeline: labelled(onRequest, below),
    log: history(high(0), high(0, 'b'), low(10), low(10, 'b'), low(19, 'b'), low(20), high(30), high(30, 'b'), high(50, 'b')),
    run: { requests: [ask(2, 0), ask(2, 0, 'b')] },
    asks: [
      { at: 19, expect: ['unknown', 'unknown'] },
      { at: 20, expect: [true, 'unknown'] },
      { at: 49, expect: [true, 'unknown'] },
      { at: 50, expect: [true, false] },
    ],
  },
  {
    name: 'an event exactly at t + within + lasting tells that there was none',
    pipeline: labelled(onRequest, below),
    log: history(high(0), high(0, 'b'), high(20), high(20, 'b'), high(39), high(40, 'b')),
    run: { requests: [ask(2, 0), ask(2, 0, 'b')] },
    asks: [{ at: 40, expect: ['unknown', false] }],
  },
  {
    name: 'gaps: 20 is none, 21 is one, before an episode, within it and where there is none',
    pipeline: labelled(onRequest, below),
    log: history(
      ...['a', 'b', 'c', 'd', 'e', 'f'].map(k => high(0, k)),
      low(10, 'c'),
      low(10, 'd'),
      low(20),
      high(20, 'e'),
      low(21, 'b'),
      high(21, 'f'),
      low(30),
      low(30, 'd'),
      low(31, 'b'),
      low(31, 'c'),
      high(40, 'b'),
      high(40, 'c'),
      high(40, 'e'),
      high(40, 'f'),
      high(60, 'b'),
    ),
    run: { requests: ['a', 'b', 'c', 'd', 'e', 'f'].map(k => ask(6, 0, k)) },
    asks: [
      { at: 30, expect: [true, 'unknown', 'unknown', true, 'unknown', 'unknown'] },
      { at: 60, expect: [true, 'unknown', 'unknown', true, false, 'unknown'] }, // b began in a gap, c was cut by one, f may have been
    ],
  },
  {
    name: 'readings at which the condition is NULL are passed over: they make no end, fill no gap, and are nobody’s latest',
    pipeline: labelled(onRequest, below),
    log: history(
      high(0),
      high(0, 'b'),
      high(0, 'c'),
      low(0, 'd'),
      nothing(5),
      nothing(5, 'd'),
      nothing(5, 'e'),
      low(10),
      nothing(10, 'c'),
      nothing(15),
      nothing(15, 'b'),
      high(15, 'c'),
      low(20),
      low(30, 'b'),
      high(30, 'c'),
      low(40, 'b'),
      high(45, 'c'),
      high(50, 'b'),
    ),
    run: { requests: [ask(4, 0), ask(4, 0, 'b'), ask(4, 0, 'c'), ask(7, 5, 'd'), ask(7, 5, 'e')] },
    asks: [{ at: 50, expect: [true, 'unknown', false, 'not eligible', 'unknown'] }],
  },
  {
    name: 'eligible is what the latest reading says, by time, of those in P; what comes later changes that no more',
    pipeline: labelled(onRequest, below),
    log: history(
      high(0),
      low(10),
      high(5, 'a', { arrival: 12 }),
      high(20),
      low(15, 'a', { arrival: 25 }),
      low(22, 'a', { arrival: 30 }),
      high(40),
      high(60),
      high(80),
    ),
    run: { requests: [ask(3, 12), ask(4, 20), ask(5, 25), ask(5, 28), ask(6, 30)] },
    asks: [
      { at: 12, expect: ['not eligible'] }, // 10 is later than 5
      { at: 30, expect: ['not eligible', 'unknown', 'unknown', 'unknown', 'not eligible'] },
      { at: 80, expect: ['not eligible', false, false, false, 'not eligible'] }, // 22 does not last 10
    ],
  },
  {
    name: 'an episode that was going on, and nobody knew it, does not start; the next one does',
    pipeline: labelled(onRequest, below),
    log: history(
      high(0),
      high(0, 'b'),
      low(10, 'a', { arrival: 13 }),
      low(10, 'b', { arrival: 13 }),
      low(20),
      low(20, 'b'),
      high(30),
      high(30, 'b'),
      low(41, 'b'),
      high(45),
      low(51, 'b'),
      high(52),
    ),
    run: { requests: [ask(2, 12), ask(2, 12, 'b')] },
    asks: [
      { at: 51, expect: ['unknown', true] },
      { at: 52, expect: [false, true] },
    ],
  },
  {
    name: 'true wins over a gap elsewhere, false does not',
    pipeline: labelled(onRequest, below),
    log: history(
      ...['a', 'b', 'c'].map(k => high(0, k)),
      low(10),
      low(20),
      high(25, 'b'),
      high(25, 'c'),
      low(30, 'b'),
      low(40, 'b'),
      high(45, 'c'),
      high(100),
      high(100, 'b'),
    ),
    run: { requests: ['a', 'b', 'c'].map(k => ask(3, 0, k)) },
    asks: [{ at: 100, expect: [true, true, 'unknown'] }],
  },
  {
    name: 'the label changes as readings are revised and deleted',
    pipeline: labelled(onRequest, below, [revisable('ref')]),
    log: history(
      ev(0, { n: 100, ref: 'A' }),
      ev(10, { n: 60, ref: 'B' }),
      ev(20, { n: 60, ref: 'C' }),
      ev(10, { n: 100, ref: 'B' }, { arrival: 25 }),
      ev(30, { n: 60, ref: 'D' }),
      ev(20, { n: 60, ref: 'C' }, { arrival: 31, deleted: true }),
      ev(40, { n: 100, ref: 'E' }),
    ),
    run: { requests: [ask(1, 0)] },
    asks: [
      { at: 20, expect: [true] },
      { at: 25, expect: ['unknown'] }, // it starts at 20 now
      { at: 30, expect: [true] },
      { at: 31, expect: ['unknown'] }, // and now at 30
      { at: 40, expect: [false] },
    ],
  },
  {
    name: 'a reading that is superseded, or deleted, makes nobody ineligible; nor does what P does not know yet',
    pipeline: labelled(onRequest, below, [revisable('ref')]),
    log: history(
      ev(0, { n: 60, ref: 'A' }),
      ev(0, { n: 100, ref: 'A' }, { arrival: 10 }),
      ev(20, { n: 60, ref: 'B' }),
      ev(20, { n: 60, ref: 'B' }, { arrival: 30, deleted: true }),
    ),
    run: { requests: [ask(1, 9), ask(2, 10), ask(3, 20), ask(4, 30)] },
    asks: [{ at: 30, expect: ['not eligible', 'unknown', 'not eligible', 'unknown'] }],
  },
  {
    name: 'the delete of a table is no reading',
    pipeline: labelled(onRequest, below, [changelog]),
    log: history(high(0), low(10), low(20, 'a', { deleted: true }), high(25)),
    run: { requests: [ask(1, 0), ask(3, 20)] },
    asks: [{ at: 25, expect: ['unknown', 'not eligible'] }],
  },
  {
    name: 'readings that come late make an episode of what was none',
    pipeline: labelled(onRequest, below),
    log: history(high(0), high(20), high(40), low(22, 'a', { arrival: 50 }), low(32, 'a', { arrival: 51 })),
    run: { requests: [ask(1, 0)] },
    asks: [
      { at: 39, expect: ['unknown'] },
      { at: 40, expect: [false] },
      { at: 50, expect: [false] },
      { at: 51, expect: [true] },
    ],
  },
  {
    name: 'a key without a reading at or before t has no false; others are no readings of its own',
    pipeline: labelled(onRequest, below),
    log: history(
      high(0),
      high(5, 'c'),
      high(5, 'd'),
      low(10, 'd'),
      low(20, 'd'),
      high(20, 'c'),
      high(20),
      high(40, 'c'),
      high(40),
      high(50, 'c'),
    ),
    run: { requests: [ask(1, 0), ask(1, 0, 'c'), ask(1, 0, 'd'), ask(1, 0, 'z')] },
    asks: [{ at: 50, expect: [false, 'unknown', true, 'unknown'] }],
  },
  {
    name: 'the key may be another column than that of the source; NULL is nobody',
    pipeline: labelled(onRequest, { ...below, key: 'g' }),
    log: history(ev(0, { k: 'x', g: 'a', n: 100 }), ev(5, { k: 'a', n: 60 }), ev(10, { k: 'y', g: 'a', n: 60 }), ev(20, { g: 'a', n: 60 })),
    run: { requests: [ask(1, 0), ask(2, 5)] },
    asks: [{ at: 20, expect: [true, true] }],
  },
  {
    name: 'of readings at one time the one that arrived later comes later',
    pipeline: labelled(onRequest, below),
    log: history(
      high(10),
      low(10, 'b'),
      low(10, 'a', { arrival: 11 }),
      high(10, 'b', { arrival: 11 }),
      low(20),
      low(20, 'b'),
      low(30, 'b'),
    ),
    run: { requests: [ask(0, 0), ask(0, 0, 'b'), ask(4, 11), ask(4, 11, 'b')] },
    asks: [
      { at: 20, expect: [true, 'unknown', 'not eligible', 'unknown'] },
      { at: 30, expect: [true, true, 'not eligible', true] },
    ],
  },
  {
    name: 'of readings that arrived at one time the one in the higher partition or at the higher offset comes later',
    pipeline: labelled(onRequest, below),
    log: history(high(10, 'a', { partition: 1 }), low(10, 'a', { partition: 0 }), low(10, 'b'), high(10, 'b'), low(20), low(20, 'b')),
    run: { requests: [ask(4, 10), ask(4, 10, 'b')] },
    asks: [{ at: 20, expect: ['unknown', 'unknown'] }],
  },
  {
    name: 'an episode that need not last is one event',
    pipeline: labelled(onRequest, { ...below, lasting: 0 }),
    log: history(high(0), low(10), high(20)),
    run: { requests: [ask(1, 0)] },
    asks: [
      { at: 9, expect: ['unknown'] },
      { at: 10, expect: [true] },
    ],
  },
  {
    name: 'decisions on events know the event itself',
    pipeline: labelled({ kind: 'on', source: 'wide' }, below),
    log: history(high(0), low(10), low(20), high(30), high(40), high(60), high(80)),
    asks: [{ at: 80, expect: [true, 'not eligible', 'not eligible', false, false, 'unknown', 'unknown'] }],
  },
  {
    name: 'decisions at ticks know what arrived by then',
    pipeline: ticked(ticking('m', 20, 15, [own]), below),
    log: history(high(0), low(10), low(20), high(30), high(40), high(60), high(80)),
    asks: [
      { at: 39, expect: [true, 'not eligible'] },
      { at: 80, expect: [true, 'not eligible', false, 'unknown', 'unknown'] },
    ],
  },
]
