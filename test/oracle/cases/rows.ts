/** Rows of training sets by hand: the visible values of a key at a time, by arrival, and their age. */
import type { LoggedEvent } from '../../../src/define/source/source.ts'
import type { GroupIR, PlacementIR, SourceIR, Value } from '../../../src/define/ir/ir.ts'
import { agg, changelog, col, ev, group, history, revisable, wide } from '../case.ts'

export interface RowCase {
  readonly name: string
  readonly source: SourceIR
  readonly group: GroupIR
  readonly log: readonly LoggedEvent[]
  readonly rows: readonly {
    readonly key: Value
    readonly t: number
    readonly expect: {
      readonly n: Value
      readonly sum: Value
      readonly visible?: number
      readonly age: number | null
      readonly newest: number | null
    }
    readonly why: string
  }[]
}

const counts = (place: PlacementIR): GroupIR => group({ n: agg('count', 'lifetime'), sum: agg('sum', 200, col('n')) }, { place })

// The event of 150 arrives at 300, with that of b.
const late = history(ev(100, { n: 1 }), ev(150, { n: 2 }, { arrival: 300 }), ev(300, { k: 'b', n: 4 }), ev(400, { n: 8 }))

export const rowCases: RowCase[] = [
  {
    name: 'everything that had arrived by the time of the row is known, and the clock is that time',
    source: wide,
    group: counts({ kind: 'stream' }),
    log: late,
    rows: [
      { key: 'a', t: 99, expect: { n: 0, sum: null, visible: 0, age: 0, newest: null }, why: 'before the first event' },
      { key: 'a', t: 100, expect: { n: 1, sum: 1, visible: 1, age: 0, newest: 0 }, why: 'at an arrival, the event is known' },
      { key: 'a', t: 299, expect: { n: 1, sum: 1, visible: 1, age: 0, newest: 199 }, why: 'that of 150 has not arrived' },
      { key: 'a', t: 300, expect: { n: 2, sum: 3, visible: 3, age: 0, newest: 150 }, why: 'all that arrived at 300; [100, 300]' },
      { key: 'b', t: 300, expect: { n: 1, sum: 4, visible: 3, age: 0, newest: 0 }, why: 'another key at the same time' },
      { key: 'a', t: 401, expect: { n: 3, sum: 8, visible: 4, age: 0, newest: 1 }, why: '[201, 401] holds 8' },
      { key: 'c', t: 400, expect: { n: 0, sum: null, visible: 4, age: 0, newest: null }, why: 'a key that was never seen' },
      { key: null, t: 400, expect: { n: 0, sum: null, visible: 4, age: 0, newest: null }, why: 'NULL is no key' },
      { key: 'a', t: 100_000, expect: { n: 3, sum: null, visible: 4, age: 0, newest: 99_600 }, why: 'after the end of the history' },
    ],
  },
  {
    name: 'lag: the clock is older, and so is what is known',
    source: wide,
    group: counts({ kind: 'lag', by: 100 }),
    log: late,
    rows: [
      { key: 'a', t: 399, expect: { n: 1, sum: 1, visible: 1, age: 100, newest: 299 }, why: 'as of 299' },
      { key: 'a', t: 400, expect: { n: 2, sum: 3, visible: 3, age: 100, newest: 250 }, why: 'as of 300' },
    ],
  },
  {
    name: 'partial: what is known is older, the clock is not',
    source: wide,
    group: counts({ kind: 'partial', by: 100 }),
    log: late,
    rows: [{ key: 'a', t: 400, expect: { n: 2, sum: null, visible: 3, age: 0, newest: 250 }, why: 'as known at 300, in [200, 400]' }],
  },
  {
    name: 'a schedule: as of its last run that is done',
    source: wide,
    group: counts({ kind: 'batch', schedule: { kind: 'interval', every: 200, phase: 0 }, lasts: 50 }),
    log: late,
    rows: [
      {
        key: 'a',
        t: 249,
        expect: { n: 0, sum: null, visible: 0, age: 249, newest: null },
        why: 'the run of 200 is done at 250; that of 0 knew nothing',
      },
      { key: 'a', t: 250, expect: { n: 1, sum: 1, visible: 1, age: 50, newest: 150 }, why: 'the run of 200' },
      { key: 'a', t: 450, expect: { n: 3, sum: 8, visible: 4, age: 50, newest: 50 }, why: 'the run of 400, [200, 400]' },
    ],
  },
  {
    name: 'corrected: everything counts, whenever it arrived',
    source: wide,
    group: counts({ kind: 'corrected' }),
    log: late,
    rows: [{ key: 'a', t: 150, expect: { n: 2, sum: 3, age: 0, newest: 0 }, why: 'that of 150, which arrived at 300' }],
  },
  {
    name: 'a revision counts from its arrival on',
    source: revisable('ref'),
    group: counts({ kind: 'stream' }),
    log: history(
      ev(100, { ref: 'x', n: 1 }),
      ev(120, { ref: 'y', n: 2 }),
      ev(120, { ref: 'y', n: 16 }, { arrival: 200 }),
      ev(120, { ref: 'y' }, { arrival: 210, deleted: true }),
    ),
    rows: [
      { key: 'a', t: 199, expect: { n: 2, sum: 3, visible: 2, age: 0, newest: 79 }, why: 'before the revision' },
      { key: 'a', t: 200, expect: { n: 2, sum: 17, visible: 3, age: 0, newest: 80 }, why: '16 in place of 2' },
      { key: 'a', t: 210, expect: { n: 1, sum: 1, visible: 4, age: 0, newest: 110 }, why: 'deleted: the newest is that of 100' },
    ],
  },
  {
    name: 'a delete of a table is no event, so that it is not the newest either',
    source: changelog,
    group: counts({ kind: 'stream' }),
    log: history(ev(100, { n: 1 }), ev(150, {}, { deleted: true })),
    rows: [{ key: 'a', t: 160, expect: { n: 1, sum: 1, visible: 2, age: 0, newest: 60 }, why: 'that of 100' }],
  },
]
