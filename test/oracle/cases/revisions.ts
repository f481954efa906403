/** Revisions (semantics, the log) and `before` (decisions and placements). */
import { type Case, agg, col, ev, group, history, revisable, wide } from '../case.ts'

const key = ['a']
const W = 1000
const counted = { n: agg('count', W), sum: agg('sum', W, col('n')) }

export const revisions: Case[] = [
  {
    name: 'an event supersedes the earlier ones of its source key with equal identity',
    source: revisable('ref'),
    group: group({ ...counted, first: agg('first', W, col('n')) }),
    log: history(
      ev(1, { ref: 'A', n: 1 }),
      ev(2, { ref: 'B', n: 2 }),
      ev(3, { ref: 'A', n: 10 }),
      ev(3, { ref: 'A', n: 100 }),
      ev(4, { ref: 'A' }, { deleted: true }),
      ev(1, { ref: 'A', n: 1000 }, { arrival: 5 }),
    ),
    asks: [
      { key, prefix: 2, t: 2, expect: { n: 2, sum: 3, first: 1 }, why: 'two identities' },
      { key, prefix: 3, t: 3, expect: { n: 2, sum: 12, first: 2 }, why: 'a revision: 10 instead of 1' },
      { key, prefix: 4, t: 3, expect: { n: 2, sum: 102, first: 2 }, why: 'a revision of a revision' },
      { key, prefix: 5, t: 4, expect: { n: 1, sum: 2, first: 2 }, why: 'deleted: supersedes and does not count' },
      { key, prefix: 6, t: 5, expect: { n: 2, sum: 1002, first: 1000 }, why: 'back again, at its own time' },
      { key, prefix: 2, t: 5, expect: { n: 2, sum: 3, first: 1 }, why: 'superseded is decided in P' },
    ],
  },
  {
    name: 'an identity field that is NULL makes no revision',
    source: revisable('ref'),
    group: group(counted),
    log: history(ev(1, { n: 1 }), ev(2, { n: 2 }), ev(3, { ref: 'A', n: 4 }), ev(4, { n: 8 }, { deleted: true })),
    asks: [
      { key, prefix: 3, t: 3, expect: { n: 3, sum: 7 }, why: 'nothing is superseded' },
      { key, prefix: 4, t: 4, expect: { n: 3, sum: 7 }, why: 'deleted without identity: supersedes nothing, does not count' },
    ],
  },
  {
    name: 'identity may be several fields',
    source: revisable('ref', 'm'),
    group: group(counted),
    log: history(
      ev(1, { ref: 'A', m: 1, n: 1 }),
      ev(2, { ref: 'A', m: 2, n: 2 }),
      ev(3, { ref: 'A', n: 4 }),
      ev(4, { ref: 'A', m: 1, n: 8 }),
    ),
    asks: [{ key, prefix: 4, t: 4, expect: { n: 3, sum: 14 }, why: 'only (A, 1) came twice; (A, NULL) is no identity' }],
  },
  {
    name: 'identities of different source keys have nothing to do with each other',
    source: revisable('ref'),
    group: group(counted, { key: ['g'] }),
    log: history(ev(1, { k: 'a', g: 'x', ref: 'A', n: 1 }), ev(2, { k: 'b', g: 'x', ref: 'A', n: 2 }, { partition: 1 })),
    asks: [{ key: ['x'], prefix: 2, t: 2, expect: { n: 2, sum: 3 }, why: 'a and b' }],
  },
  {
    name: 'a revision may move an event to another group key, or to none',
    source: revisable('ref'),
    group: group(counted, { key: ['g'] }),
    log: history(ev(1, { g: 'x', ref: 'A', n: 1 }), ev(2, { g: 'y', ref: 'A', n: 2 }), ev(3, { g: null, ref: 'A', n: 4 })),
    asks: [
      { key: ['x'], prefix: 1, t: 3, expect: { n: 1, sum: 1 }, why: 'before the revision' },
      { key: ['x'], prefix: 2, t: 3, expect: { n: 0, sum: null }, why: 'superseded by an event of another key' },
      { key: ['y'], prefix: 2, t: 3, expect: { n: 1, sum: 2 }, why: 'the revision' },
      { key: ['y'], prefix: 3, t: 3, expect: { n: 0, sum: null }, why: 'superseded by an event of no group' },
    ],
  },
  {
    name: 'a revision later than the clock supersedes all the same',
    source: revisable('ref'),
    group: group(counted),
    log: history(ev(100, { ref: 'A', n: 1 }), ev(500, { ref: 'A', n: 2 })),
    asks: [
      { key, prefix: 2, t: 300, expect: { n: 0, sum: null }, why: 'superseded in P, whatever the clock; the revision is later than t' },
      { key, prefix: 1, t: 300, expect: { n: 1, sum: 1 }, why: 'not known to be superseded' },
    ],
  },
  {
    name: 'with lag, superseded is decided in what is known',
    source: revisable('ref'),
    group: group(counted, { place: { kind: 'lag', by: 100 } }),
    log: history(ev(100, { ref: 'A', n: 1 }), ev(300, { ref: 'A', n: 2 })),
    asks: [
      { key, prefix: 2, t: 399, expect: { n: 1, sum: 1 }, why: 'known: arrival <= 299' },
      { key, prefix: 2, t: 400, expect: { n: 1, sum: 2 }, why: 'known: arrival <= 300' },
    ],
  },
  {
    name: 'corrected knows the revisions to come',
    source: revisable('ref'),
    group: group(counted, { place: { kind: 'corrected' } }),
    log: history(
      ev(100, { ref: 'A', n: 1 }),
      ev(150, { ref: 'B', n: 4 }),
      ev(90, { ref: 'A', n: 2 }, { arrival: 900 }),
      ev(160, { ref: 'B' }, { arrival: 950, deleted: true }),
    ),
    asks: [{ key, prefix: 2, t: 150, expect: { n: 1, sum: 2 }, why: 'A is revised, B deleted' }],
  },
  {
    name: 'before leaves the triggering event out, and nothing else',
    source: wide,
    group: group({
      since: agg('timeSinceLast', W, undefined, { before: true }),
      now: agg('timeSinceLast', W),
      n: agg('count', W, undefined, { before: true }),
      sum: agg('sum', W, col('n'), { before: true }),
      last: agg('last', W, col('n'), { before: true }),
      all: agg('sum', W, col('n')),
    }),
    log: history(ev(100, { n: 1 }), ev(200, { n: 2 }), ev(200, { n: 4 }), ev(150, { n: 8 }, { arrival: 300 })),
    asks: [
      {
        key,
        prefix: 1,
        t: 100,
        trigger: 0,
        expect: { since: null, now: 0, n: 0, sum: null, last: null, all: 1 },
        why: 'the first has none before it',
      },
      { key, prefix: 2, t: 200, trigger: 1, expect: { since: 100, now: 0, n: 1, sum: 1, last: 1, all: 3 }, why: 'the previous event' },
      {
        key,
        prefix: 3,
        t: 200,
        trigger: 2,
        expect: { since: 0, now: 0, n: 2, sum: 3, last: 2, all: 7 },
        why: 'an event of the same time stays',
      },
      { key, prefix: 4, t: 300, trigger: 3, expect: { since: 100, now: 100, n: 3, sum: 7, last: 4, all: 15 }, why: 'a late trigger' },
      {
        key,
        prefix: 4,
        t: 300,
        expect: { since: 100, now: 100, n: 4, sum: 15, last: 4, all: 15 },
        why: 'no trigger, nothing to leave out',
      },
    ],
  },
  {
    name: 'before, where the trigger is a revision: what it superseded stays superseded',
    source: revisable('ref'),
    group: group({
      n: agg('count', W, undefined, { before: true }),
      sum: agg('sum', W, col('n'), { before: true }),
      all: agg('sum', W, col('n')),
    }),
    log: history(ev(100, { ref: 'B', n: 1 }), ev(200, { ref: 'A', n: 2 }), ev(300, { ref: 'A', n: 4 })),
    asks: [
      {
        key,
        prefix: 3,
        t: 300,
        trigger: 2,
        expect: { n: 1, sum: 1, all: 5 },
        why: 'V is over the events not superseded in P; the trigger is left out of those',
      },
    ],
  },
  {
    name: 'before with lag: the trigger is not known anyway',
    source: wide,
    group: group({ n: agg('count', W, undefined, { before: true }) }, { place: { kind: 'lag', by: 50 } }),
    log: history(ev(100, {}), ev(150, {}), ev(200, {})),
    asks: [{ key, prefix: 3, t: 200, trigger: 2, expect: { n: 2 }, why: 'arrival <= 150: the two before' }],
  },
]
