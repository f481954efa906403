/** Tables: the row of the latest event, absent after a delete. */
import { type Case, agg, changelog, col, compare, double, ev, group, history, int, math, revisable, wide } from '../case.ts'

const key = ['a']
const gone = { deleted: true }
/** A column as a table has it. */
const row = (name: string) => agg('row', 'lifetime', col(name))
const columns = { s: row('s'), n: row('n'), since: row('at') }
const absent = { s: null, n: null, since: null }

export const tables: Case[] = [
  {
    name: 'a table is the row of the latest event, however old; a row that is older than the latest changes nothing',
    source: changelog,
    group: group(columns),
    log: history(
      ev(100, { s: 'free', n: 1 }),
      ev(300, { s: 'pro', n: 5 }),
      ev(200, { s: 'team', n: 3 }, { arrival: 400 }),
      ev(400, { k: 'b', s: 'free', n: 9 }),
    ),
    asks: [
      { key, prefix: 1, t: 100, expect: { s: 'free', n: 1, since: 100 }, why: 'the only one, at its own time' },
      { key, prefix: 2, t: 300, expect: { s: 'pro', n: 5, since: 300 }, why: 'the later' },
      { key, prefix: 3, t: 400, expect: { s: 'pro', n: 5, since: 300 }, why: 'of 200, came at 400: older than the latest' },
      { key, prefix: 3, t: 250, expect: { s: 'team', n: 3, since: 200 }, why: 'at 250, of all that is known now, it is the latest' },
      { key, prefix: 4, t: 9e12, expect: { s: 'pro', n: 5, since: 300 }, why: 'a row stands until another comes' },
      { key: ['b'], prefix: 4, t: 400, expect: { s: 'free', n: 9, since: 400 }, why: 'the row of another key' },
      { key: ['b'], prefix: 3, t: 400, expect: absent, why: 'not in P yet' },
      { key: ['c'], prefix: 4, t: 400, expect: absent, why: 'a key never seen' },
      { key, prefix: 1, t: 99, expect: absent, why: 'later than the clock' },
    ],
  },
  {
    name: 'a delete is a row that says nothing, and what is inserted again is there again',
    source: changelog,
    group: group(columns),
    log: history(
      ev(100, { s: 'free', n: 1 }),
      ev(200, { s: 'pro', n: 2 }, gone),
      ev(150, { s: 'late', n: 3 }, { arrival: 250 }),
      ev(300, { s: 'team', n: 4, gone: false }),
      ev(290, {}, { arrival: 400, deleted: true }),
      ev(500, {}, gone),
      ev(500, {}, gone),
    ),
    asks: [
      { key, prefix: 2, t: 200, expect: absent, why: 'deleted, whatever its columns say' },
      { key, prefix: 2, t: 199, expect: { s: 'free', n: 1, since: 100 }, why: 'the delete is later than the clock' },
      { key, prefix: 3, t: 250, expect: absent, why: 'the tombstone stays: a row of 150 does not bring back what was deleted at 200' },
      { key, prefix: 4, t: 300, expect: { s: 'team', n: 4, since: 300 }, why: 'inserted again' },
      { key, prefix: 5, t: 400, expect: { s: 'team', n: 4, since: 300 }, why: 'a late delete of 290 deletes nothing that is newer' },
      { key, prefix: 7, t: 500, expect: absent, why: 'deleted twice' },
    ],
  },
  {
    name: 'a delete of what never was',
    source: changelog,
    group: group(columns),
    log: history(ev(100, { s: 'free' }, gone), ev(50, { s: 'pro' }, { arrival: 110 })),
    asks: [
      { key, prefix: 1, t: 100, expect: absent, why: 'there is no row' },
      { key, prefix: 2, t: 110, expect: absent, why: 'and one from before the delete is deleted' },
    ],
  },
  {
    name: 'a column that is NULL in the latest row is NULL, where last goes further back',
    source: changelog,
    group: group({ ...columns, last: agg('last', 'lifetime', col('n')), b: row('b'), x: row('x'), d: row('d'), took: row('took') }),
    log: history(
      ev(100, { s: 'free', n: 1, b: true, x: 0.5, d: 1050, took: 7 }),
      ev(200, { s: null, n: null, b: false, x: 0, d: 0 }),
      ev(300, { n: 0 }),
      ev(400, { s: '', n: 9 }, gone),
    ),
    asks: [
      {
        key,
        prefix: 1,
        t: 100,
        expect: { s: 'free', n: 1, since: 100, last: 1, b: true, x: 0.5, d: 10.5, took: 7 },
        why: 'every type, as delivered',
      },
      {
        key,
        prefix: 2,
        t: 200,
        expect: { s: null, n: null, since: 200, last: 1, b: false, x: 0, d: 0, took: null },
        why: 'NULL is what the row says; false and 0 are values',
      },
      {
        key,
        prefix: 3,
        t: 300,
        expect: { s: null, n: 0, since: 300, last: 0, b: null, x: null, d: null, took: null },
        why: 'the row as a whole takes the place of the one before',
      },
      {
        key,
        prefix: 4,
        t: 400,
        expect: { s: null, n: null, since: null, last: 0, b: null, x: null, d: null, took: null },
        why: 'a delete has no columns, and no aggregate takes it for an event',
      },
    ],
  },
  {
    name: 'of equal times the later arrival stands, then the higher partition, then the higher offset',
    source: changelog,
    group: group({ n: row('n') }, { key: ['g'] }),
    log: history(
      ev(100, { k: 'b', g: 'x', n: 1 }, { arrival: 100, partition: 1 }),
      ev(100, { g: 'x', n: 2 }, { arrival: 100 }),
      ev(100, { g: 'x', n: 3 }, { arrival: 100 }),
      ev(100, { g: 'x', n: 4 }, { arrival: 101, deleted: true }),
      ev(100, { k: 'b', g: 'x', n: 5 }, { arrival: 101, partition: 1 }),
    ),
    asks: [
      { key: ['x'], prefix: 3, t: 100, expect: { n: 1 }, why: 'partition 1 is above 0, whatever the order in the log' },
      { key: ['x'], prefix: 4, t: 101, expect: { n: null }, why: 'arrived later: a delete at the same time deletes' },
      { key: ['x'], prefix: 5, t: 101, expect: { n: 5 }, why: 'arrived with it, in partition 1' },
    ],
  },
  {
    name: 'a table that is an hour old',
    source: changelog,
    group: group(columns, { place: { kind: 'lag', by: 100 } }),
    log: history(
      ev(100, { s: 'free', n: 1 }),
      ev(200, { s: 'pro', n: 2 }),
      ev(250, {}, gone),
      ev(150, { s: 'late', n: 3 }, { arrival: 310 }),
    ),
    asks: [
      { key, prefix: 1, t: 199, expect: absent, why: 'known: arrival <= 99' },
      { key, prefix: 2, t: 299, expect: { s: 'free', n: 1, since: 100 }, why: 'known: arrival <= 199' },
      { key, prefix: 3, t: 349, expect: { s: 'pro', n: 2, since: 200 }, why: 'deleted by now, not by then' },
      { key, prefix: 4, t: 350, expect: absent, why: 'known: arrival <= 250' },
      { key, prefix: 4, t: 500, expect: absent, why: 'the late row changes nothing' },
    ],
  },
  {
    name: 'corrected knows the rows and the deletes that came later',
    source: changelog,
    group: group(columns, { place: { kind: 'corrected' } }),
    log: history(
      ev(100, { s: 'free', n: 1 }),
      ev(200, { s: 'pro', n: 2 }),
      ev(120, { s: 'team', n: 3 }, { arrival: 300 }),
      ev(180, {}, { arrival: 310, deleted: true }),
    ),
    asks: [
      { key, prefix: 1, t: 110, expect: { s: 'free', n: 1, since: 100 }, why: 'as it was' },
      { key, prefix: 1, t: 150, expect: { s: 'team', n: 3, since: 120 }, why: 'told at 300' },
      { key, prefix: 1, t: 190, expect: absent, why: 'told at 310' },
      { key, prefix: 1, t: 200, expect: { s: 'pro', n: 2, since: 200 }, why: 'after the delete' },
    ],
  },
  {
    name: 'over the source of a table other aggregates see its rows, and no deletes',
    source: changelog,
    group: group({
      n: agg('count', 1000),
      sum: agg('sum', 1000, col('n')),
      big: agg('count', 1000, undefined, { where: compare(col('n'), 'gt', int(1)) }),
      max: agg('max', 'lifetime', col('n')),
      mean: agg('mean', 'lifetime', col('x')),
      lasts: agg('lastK', 'lifetime', col('n'), { k: 3 }),
      since: agg('timeSinceLast', 'lifetime'),
    }),
    log: history(ev(100, { n: 1, x: 2 }), ev(200, { n: 7, x: 8 }, gone), ev(300, { n: 4, x: 4 })),
    asks: [
      { key, prefix: 2, t: 200, expect: { n: 1, sum: 1, big: 0, max: 1, mean: 2, lasts: [1], since: 100 }, why: 'the delete is no row' },
      { key, prefix: 3, t: 300, expect: { n: 2, sum: 5, big: 1, max: 4, mean: 3, lasts: [4, 1], since: 0 }, why: 'rows of 100 and 300' },
    ],
  },
  {
    name: 'row in a window, under a condition, without the triggering event, and of an expression',
    source: wide,
    group: group({
      short: agg('row', 50, col('n')),
      where: agg('row', 'lifetime', col('n'), { where: col('b') }),
      before: agg('row', 'lifetime', col('n'), { before: true }),
      sum: agg('row', 'lifetime', math(col('n'), 'add', col('m'), { type: 'int' })),
      ratio: agg('row', 'lifetime', math(double(1), 'div', col('x'), { type: 'double' })),
    }),
    log: history(ev(100, { n: 1, m: 2, b: true, x: 4 }), ev(200, { m: 9, b: true, x: 0 }), ev(220, { n: 3, m: 4, b: false, x: 2 })),
    asks: [
      { key, prefix: 1, t: 150, trigger: 0, expect: { short: 1, where: 1, before: null, sum: 3, ratio: 0.25 }, why: 'at t − W' },
      { key, prefix: 1, t: 151, expect: { short: null, where: 1, before: 1, sum: 3, ratio: 0.25 }, why: '[101, 151] is empty' },
      { key, prefix: 2, t: 200, trigger: 1, expect: { short: null, where: null, before: 1, sum: null, ratio: null }, why: 'NULLs stand' },
      {
        key,
        prefix: 3,
        t: 220,
        trigger: 2,
        expect: { short: 3, where: null, before: null, sum: 7, ratio: 0.5 },
        why: 'b is false: under the condition the row of 200 stands',
      },
    ],
  },
  {
    name: 'where events can be revised, row is the latest that stands',
    source: revisable('ref'),
    group: group({ n: row('n') }),
    log: history(
      ev(100, { ref: 'A', n: 1 }),
      ev(200, { ref: 'B', n: 2 }),
      ev(200, { ref: 'B', n: null }, { arrival: 210 }),
      ev(200, { ref: 'B', n: 5 }, { arrival: 220, deleted: true }),
    ),
    asks: [
      { key, prefix: 2, t: 200, expect: { n: 2 }, why: 'B' },
      { key, prefix: 3, t: 210, expect: { n: null }, why: 'B, revised to NULL' },
      { key, prefix: 4, t: 220, expect: { n: 1 }, why: 'with an identity a delete takes B away, and A is the latest' },
    ],
  },
]
