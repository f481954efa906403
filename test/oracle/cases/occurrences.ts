/**
 * `happens` and `doesNotHappen`: does an event of the decision's key come in (t, t + 100], known once 10 more have passed? Orders are events
 * of `other`.
 */
import type { LabelIR, SourceIR } from '../../../src/define/ir/ir.ts'
import { changelog, col, compare, ev, history, int, revisable, wide } from '../case.ts'
import { ask, labelled, onRequest, ticked, type LabelCase } from '../label-case.ts'
import { own, ticking } from './triggers.ts'

const ordered: Extract<LabelIR, { kind: 'happens' }> = { kind: 'happens', source: 'other', key: 'k', within: 100, lateness: 10 }
const notOrdered: LabelIR = { ...ordered, negated: true }
const large = compare(col('n'), 'gt', int(5))

const visit = (time: number, k: string) => ev(time, { k })
const order = (time: number, k: string | null, more: object = {}, how: object = {}) => ev(time, { k, ...more }, { source: 'other', ...how })
const onVisits = (label: LabelIR, other: SourceIR = wide) =>
  labelled({ kind: 'on', source: 'wide' }, label, [wide, { ...other, name: 'other' }])
const onRequests = (label: LabelIR, other: SourceIR = wide) => labelled(onRequest, label, [wide, { ...other, name: 'other' }])

export const occurrenceCases: LabelCase[] = [
  {
    name: 'happens: true as soon as an event has arrived, false from t + within + lateness on; it came true at the event time of the first',
    pipeline: onVisits(ordered),
    log: history(visit(0, 'a'), visit(10, 'b'), order(50, 'a'), order(60, 'a'), order(70, 'c'), visit(80, 'a')),
    asks: [
      { at: -1, expect: [] },
      { at: 49, expect: ['unknown', 'unknown'] },
      { at: 50, expect: [true, 'unknown'], outcomes: [50, null] },
      { at: 119, expect: [true, 'unknown', 'unknown'], outcomes: [50, null, null] },
      { at: 120, expect: [true, false, 'unknown'] },
      { at: 189, expect: [true, false, 'unknown'] },
      { at: 190, expect: [true, false, false] }, // the orders of 50 and 60 came before the visit of 80
    ],
  },
  {
    name: 'doesNotHappen: false as soon as an event has arrived, true from t + within + lateness on; it came true at t + within',
    pipeline: onVisits(notOrdered),
    log: history(visit(0, 'a'), visit(10, 'b'), order(50, 'a')),
    asks: [
      { at: 49, expect: ['unknown', 'unknown'] },
      { at: 50, expect: [false, 'unknown'], outcomes: [null, null] },
      { at: 119, expect: [false, 'unknown'] },
      { at: 120, expect: [false, true], outcomes: [null, 110] },
      { at: 9999, expect: [false, true], outcomes: [null, 110] }, // long after the last event
    ],
  },
  {
    name: 'the window is (t, t + within], by event time: an event at t is outside, whenever it arrives, and one at t + within inside',
    pipeline: onRequests(ordered),
    log: history(order(20, 'b', {}, { arrival: 30 }), order(20, 'a', {}, { arrival: 30 }), order(120, 'b'), order(121, 'a')),
    // Two decisions at one time have the same label, whatever each of them knew.
    run: { requests: [ask(0, 20, 'a'), ask(0, 20, 'b'), ask(0, 20, 'b'), ask(1, 30, 'b')] },
    asks: [
      { at: 120, expect: ['unknown', true, true, true], outcomes: [null, 120, 120, 120] },
      { at: 130, expect: [false, true, true, true] },
    ],
  },
  {
    name: 'a late event counts if it arrives by t + within + lateness; what comes later changes nothing, and is counted',
    pipeline: onRequests(ordered),
    log: history(
      order(90, 'a', {}, { arrival: 110 }),
      order(90, 'b', {}, { arrival: 111 }),
      order(101, 'b', {}, { arrival: 112 }),
      order(95, 'b', {}, { arrival: 113 }),
      order(80, 'a', {}, { arrival: 114 }),
    ),
    run: { requests: [ask(0, 0, 'a'), ask(0, 0, 'b'), ask(0, 1, 'b')] },
    asks: [
      { at: 109, expect: ['unknown', 'unknown', 'unknown'] },
      { at: 110, expect: [true, false, 'unknown'], outcomes: [90, null, null] },
      { at: 111, expect: [true, [false, 1], true] }, // at 111 the second of b's decisions is settled
      { at: 112, expect: [true, [false, 1], [true, 1]] }, // 101 is within 100 after 1, and not after 0
      { at: 113, expect: [true, [false, 2], [true, 2]] },
      {
        at: 114,
        expect: [
          [true, 1],
          [false, 2],
          [true, 2],
        ],
        outcomes: [90, null, 90],
      },
    ],
  },
  {
    name: 'of several events the earliest by event time is the outcome, in whatever order they arrive',
    pipeline: onRequests(ordered),
    log: history(order(60, 'a', {}, { arrival: 60 }), order(40, 'a', {}, { arrival: 70 })),
    run: { requests: [ask(0, 0, 'a'), ask(0, 50, 'a')] },
    asks: [
      { at: 60, expect: [true, true], outcomes: [60, 60] },
      { at: 70, expect: [true, true], outcomes: [40, 60] },
    ],
  },
  {
    name: 'where: only events for which it is true count; NULL is not true',
    pipeline: onVisits({ ...notOrdered, where: large }),
    log: history(
      visit(0, 'a'),
      visit(0, 'b'),
      visit(0, 'c'),
      order(10, 'a', { n: 5 }),
      order(11, 'b', { n: 6 }),
      order(12, 'c', { n: null }),
    ),
    asks: [
      { at: 12, expect: ['unknown', false, 'unknown'] },
      { at: 110, expect: [true, false, true] },
    ],
  },
  {
    name: 'an event whose key is NULL is of no decision',
    pipeline: onVisits({ ...ordered, key: 'g' }),
    log: history(visit(0, 'a'), visit(0, 'b'), order(10, 'a', { g: null }), order(11, 'a', { g: 'b' })),
    asks: [{ at: 110, expect: [false, true] }],
  },
  {
    name: 'a revision takes the place of what it supersedes, a delete leaves nothing, if they arrive in time; the label changes with them',
    pipeline: onVisits(notOrdered, revisable('g')),
    log: history(
      visit(0, 'a'),
      visit(0, 'b'),
      visit(0, 'c'),
      order(10, 'a', { g: '1' }),
      order(10, 'b', { g: '2' }),
      order(20, 'c', { g: '3' }),
      order(30, 'a', { g: '1' }, { deleted: true }),
      order(105, 'b', { g: '2' }), // a revision to a time outside of the window
      order(50, 'c', { g: '3' }, { arrival: 111, deleted: true }),
    ),
    asks: [
      { at: 20, expect: [false, false, false] },
      { at: 30, expect: ['unknown', false, false] },
      { at: 105, expect: ['unknown', 'unknown', false] },
      { at: 110, expect: [true, true, false], outcomes: [100, 100, null] },
      { at: 111, expect: [true, true, false] }, // the delete comes too late, and is no event
    ],
  },
  {
    name: 'a revision that comes too late changes nothing; what still counts of it is late',
    pipeline: onVisits(ordered, revisable('g')),
    log: history(
      visit(0, 'a'),
      order(50, 'a', { g: '1' }),
      order(60, 'a', { g: '1' }, { arrival: 120 }),
      order(61, 'a', { g: '1' }, { arrival: 130, deleted: true }),
    ),
    asks: [
      { at: 110, expect: [true], outcomes: [50] },
      { at: 120, expect: [[true, 1]], outcomes: [50] },
      { at: 130, expect: [true], outcomes: [50] },
    ],
  },
  {
    name: 'the delete of a table is no event',
    pipeline: onVisits(ordered, changelog),
    log: history(visit(0, 'a'), order(10, 'a', {}, { deleted: true })),
    asks: [
      { at: 10, expect: ['unknown'] },
      { at: 110, expect: [false] },
    ],
  },
  {
    name: 'a model may ask for the next event of its own source; its triggering event does not count, whose time is at most t',
    pipeline: labelled({ kind: 'on', source: 'wide' }, { ...ordered, source: 'wide', lateness: 0 }),
    log: history(visit(0, 'a'), visit(0, 'a'), visit(100, 'a'), visit(201, 'a')),
    asks: [
      { at: 100, expect: [true, true, 'unknown'], outcomes: [100, 100, null] },
      { at: 200, expect: [true, true, false] },
      { at: 301, expect: [true, true, false, false] },
    ],
  },
  {
    name: 'a tick asks about its key',
    pipeline: ticked(ticking('m', 10, 20, [own]), { ...notOrdered, source: 'wide', within: 15, lateness: 5 }),
    log: history(visit(0, 'a'), visit(10, 'b'), visit(20, 'a')),
    asks: [
      // Ticks at 0, 10 and 20, about a; a and b; a and b.
      { at: 20, expect: [true, false, 'unknown', 'unknown', 'unknown'], outcomes: [15, null, null, null, null] },
      { at: 30, expect: [true, false, true, 'unknown', 'unknown'] },
      { at: 40, expect: [true, false, true, true, true], outcomes: [15, null, 25, 35, 35] },
    ],
  },
]
