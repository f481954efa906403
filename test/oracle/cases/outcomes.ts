/** `labelFrom`: a later event names the decided one. Decisions are about the events of `wide`, whose ids are in `ref`. */
import type { LabelIR, PipelineIR, SourceIR } from '../../../src/define/ir/ir.ts'
import { changelog, col, compare, decimal, ev, history, int, revisable, wide } from '../case.ts'
import { labelled, type LabelCase } from '../label-case.ts'

const paid: SourceIR = { ...wide, id: 'ref' }
const from: LabelIR = { kind: 'from', source: 'other', join: 'ref', value: col('b'), negativeAfter: 100 }
const about = (other: SourceIR, label = from) => labelled({ kind: 'on', source: 'wide' }, label, [paid, { ...other, name: 'other' }])

const pays = (time: number, ref: string | null) => ev(time, { ref })
const says = (time: number, ref: string | null, b: boolean | null, more: object = {}, how: object = {}) =>
  ev(time, { ref, b, ...more }, { source: 'other', ...how })

/** With actions that answer from 8 and from 5 on; the label names the first. */
const declining: PipelineIR = {
  ...about(wide, { ...from, censoredBy: ['decline'] }),
  actions: [
    { name: 'decline', model: 'm', when: compare(col('score'), 'gte', int(8)), do: { kind: 'answer', answer: 'no' } },
    { name: 'challenge', model: 'm', when: compare(col('score'), 'gte', int(5)), do: { kind: 'answer', answer: 'who' } },
  ],
}

export const outcomeCases: LabelCase[] = [
  {
    name: 'what came of a decision that an action followed from, which the label names, is not known, whatever came',
    pipeline: declining,
    log: history(
      pays(0, 'A'),
      pays(1, 'B'),
      pays(2, 'C'),
      pays(3, 'D'),
      pays(4, 'E'),
      says(50, 'A', true),
      says(51, 'C', true),
      says(150, 'B', true),
    ),
    // A and B are declined; C is only challenged, D has no score, and E was imported: they have no answer.
    run: { scores: { 0: 9, 1: 8, 2: 7.5, 3: null } },
    asks: [
      { at: 49, expect: ['unknown', 'unknown', 'unknown', 'unknown', 'unknown'], censored: [0, 1] },
      { at: 51, expect: ['unknown', 'unknown', true, 'unknown', 'unknown'], outcomes: [null, null, 51, null, null], censored: [0, 1] },
      { at: 150, expect: ['unknown', ['unknown', 1], true, false, false], censored: [0, 1] },
    ],
  },
  {
    name: 'what came of a decision that was left undone is known; of one that explored it is what was recorded, whatever the condition is today',
    pipeline: declining,
    log: history(pays(0, 'A'), pays(1, 'B'), pays(2, 'C'), pays(3, 'D'), pays(4, 'E'), says(50, 'A', true), says(51, 'B', true)),
    // A is explored, B declined; C was under an older condition, which D did not meet; the condition of the other action does not matter.
    run: {
      scores: { 0: 9, 1: 8, 2: 1, 3: 9, 4: 9 },
      fates: {
        0: { decline: 'explored' },
        1: { decline: 'followed' },
        2: { decline: 'followed' },
        3: { decline: 'not met' },
        4: { challenge: 'explored' },
      },
    },
    asks: [
      { at: 60, expect: [true, 'unknown', 'unknown', 'unknown', 'unknown'], outcomes: [50, null, null, null, null], censored: [1, 2, 4] },
      { at: 150, expect: [true, 'unknown', 'unknown', false, 'unknown'], censored: [1, 2, 4] },
    ],
  },
  {
    name: 'the first event that names the decision says what came of it; if none does, false from t + negativeAfter on',
    pipeline: about(wide),
    log: history(pays(0, 'A'), pays(10, 'B'), says(50, 'A', true), says(60, 'A', false), says(70, 'X', true), pays(110, 'C')),
    asks: [
      { at: -1, expect: [] },
      { at: 0, expect: ['unknown'] },
      { at: 49, expect: ['unknown', 'unknown'] },
      { at: 50, expect: [true, 'unknown'] }, // events that arrive at 50 are visible at 50
      { at: 60, expect: [true, 'unknown'], outcomes: [50, null] }, // the second has no effect
      { at: 109, expect: [true, 'unknown'] },
      { at: 110, expect: [true, false, 'unknown'] },
      { at: 209, expect: [true, false, 'unknown'] },
      { at: 210, expect: [true, false, false] }, // long after the last event
    ],
  },
  {
    name: 'what arrives at t + negativeAfter is in time, by arrival; what comes later changes nothing, and is counted',
    pipeline: about(wide),
    log: history(
      pays(0, 'A'),
      pays(0, 'B'),
      says(100, 'A', true),
      says(20, 'B', true, {}, { arrival: 101 }),
      says(21, 'B', true, {}, { arrival: 102 }),
      says(103, 'A', false),
    ),
    asks: [
      { at: 99, expect: ['unknown', 'unknown'] },
      { at: 100, expect: [true, false] },
      { at: 101, expect: [true, [false, 1]] },
      {
        at: 103,
        expect: [
          [true, 1],
          [false, 2],
        ],
      },
    ],
  },
  {
    name: 'an event that came before the decision names it as well',
    pipeline: about(wide),
    log: history(says(0, 'A', true), pays(5, 'A')),
    asks: [
      { at: 4, expect: [] },
      { at: 5, expect: [true], outcomes: [0] },
    ],
  },
  {
    name: 'a revision takes the place of what it supersedes, a delete leaves nothing; the label changes with them',
    pipeline: about(revisable('g')),
    log: history(
      pays(0, 'A'),
      says(10, 'A', true, { g: '1' }),
      says(20, 'A', false, { g: '1' }),
      says(30, 'A', null, { g: '1' }, { deleted: true }),
      says(40, 'A', true, { g: '1' }),
    ),
    asks: [
      { at: 10, expect: [true] },
      { at: 20, expect: [false] },
      { at: 30, expect: ['unknown'] },
      { at: 40, expect: [true] },
      { at: 100, expect: [true] },
    ],
  },
  {
    name: 'it came true at the time of the event that says so, not when that arrived; a revision has a time of its own',
    pipeline: about(revisable('g')),
    log: history(pays(0, 'A'), says(10, 'A', true, { g: '1' }, { arrival: 40 }), says(25, 'A', true, { g: '1' }, { arrival: 60 })),
    asks: [
      { at: 39, expect: ['unknown'], outcomes: [null] },
      { at: 40, expect: [true], outcomes: [10] },
      { at: 60, expect: [true], outcomes: [25] },
    ],
  },
  {
    name: 'a delete and nothing after it: false at t + negativeAfter',
    pipeline: about(revisable('g')),
    log: history(pays(0, 'A'), says(10, 'A', true, { g: '1' }), says(30, 'A', null, { g: '1' }, { deleted: true })),
    asks: [
      { at: 99, expect: ['unknown'] },
      { at: 100, expect: [false] },
    ],
  },
  {
    name: 'a revision or a delete that comes after t + negativeAfter changes nothing; what still counts of it is late',
    pipeline: about(revisable('g')),
    log: history(
      pays(0, 'A'),
      pays(0, 'B'),
      says(50, 'A', true, { g: '1' }),
      says(60, 'B', true, { g: '2' }),
      says(101, 'A', false, { g: '1' }),
      says(102, 'B', null, { g: '2' }, { deleted: true }),
      says(110, 'A', null, { g: '1' }, { deleted: true }),
    ),
    asks: [
      { at: 100, expect: [true, true] },
      { at: 101, expect: [[true, 1], true] },
      { at: 102, expect: [[true, 1], true] }, // a delete does not count as an event
      { at: 110, expect: [true, true] }, // and the late revision is gone
    ],
  },
  {
    name: 'a revision stands behind those before it, and may be about another decision',
    pipeline: about(revisable('g')),
    log: history(
      pays(0, 'A'),
      pays(0, 'B'),
      says(10, 'A', true, { g: '1' }),
      says(11, 'A', false, { g: '2' }),
      says(12, 'A', true, { g: '1' }),
      says(13, 'B', true, { g: '2' }),
    ),
    asks: [
      { at: 11, expect: [true, 'unknown'] },
      { at: 12, expect: [false, 'unknown'] }, // the first current one is that of 11
      { at: 13, expect: [true, true] },
    ],
  },
  {
    name: 'the first by position is that of the lowest partition, whenever it came',
    pipeline: about(wide),
    log: history(
      pays(0, 'A'),
      says(10, 'A', true, { k: 'b' }, { partition: 1 }),
      says(20, 'A', false, { k: 'a' }, { partition: 0 }),
      says(30, 'A', true, { k: 'a' }, { partition: 0 }),
    ),
    asks: [
      { at: 10, expect: [true] },
      { at: 20, expect: [false] },
      { at: 30, expect: [false] },
    ],
  },
  {
    name: 'two decisions on one id have labels of their own',
    pipeline: about(wide),
    log: history(pays(0, 'A'), pays(30, 'A'), says(120, 'A', true)),
    asks: [{ at: 120, expect: [[false, 1], true] }],
  },
  {
    name: 'a value that is NULL is not known, and stays so; NULL is no id, and names nothing',
    pipeline: about(wide),
    log: history(pays(0, 'A'), pays(0, null), says(10, 'A', null), says(20, 'A', true), says(30, null, true)),
    asks: [
      { at: 20, expect: ['unknown', 'unknown'] },
      { at: 500, expect: ['unknown', 'unknown'] },
    ],
  },
  {
    name: 'the value is a condition over the row',
    pipeline: about(wide, { ...from, value: compare(col('d'), 'gt', decimal(500, 2)) }),
    log: history(
      pays(0, 'A'),
      pays(0, 'B'),
      ev(1, { ref: 'A', d: 501 }, { source: 'other' }),
      ev(1, { ref: 'B', d: 500 }, { source: 'other' }),
    ),
    asks: [{ at: 1, expect: [true, false] }],
  },
  {
    name: 'the delete of a table says nothing',
    pipeline: about(changelog),
    log: history(pays(0, 'A'), says(10, 'A', true, {}, { deleted: true })),
    asks: [
      { at: 10, expect: ['unknown'] },
      { at: 100, expect: [false] },
    ],
  },
  {
    name: 'events that are decided on may name one another',
    pipeline: labelled({ kind: 'on', source: 'wide' }, { ...from, source: 'wide', join: 'g' }, [paid]),
    log: history(ev(0, { ref: 'A' }), ev(10, { ref: 'B', g: 'A', b: true }), ev(20, { ref: 'C', g: 'C', b: false })),
    asks: [
      { at: 10, expect: [true, 'unknown'] },
      { at: 20, expect: [true, 'unknown', false] }, // an event may name itself
      { at: 110, expect: [true, false, false] },
    ],
  },
]
