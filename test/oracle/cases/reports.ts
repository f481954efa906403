/** Reports by hand: their keys, visible events, order, and staleness. */
import type { LoggedEvent } from '../../../src/define/source/source.ts'
import type { GroupIR, PipelineIR, PlacementIR, ReportIR, Value } from '../../../src/define/ir/ir.ts'
import { agg, col, compare, double, ev, group, history, revisable, wide } from '../case.ts'
import { feature, input, named, pipeline } from './decisions.ts'

export interface ReportCase {
  readonly name: string
  readonly pipeline: PipelineIR
  readonly report: ReportIR
  readonly log: readonly LoggedEvent[]
  readonly at: readonly {
    readonly s: number
    readonly rows: readonly {
      readonly key: Value
      readonly n: number
      readonly last: Value
      readonly score?: number | null
      readonly stale?: boolean
    }[]
    readonly age: number | null
    readonly why: string
  }[]
}

const counts = (place: PlacementIR = { kind: 'stream' }): GroupIR =>
  named('own', group({ n: agg('count', 'lifetime'), last: agg('last', 'lifetime', col('n')) }, { place }))
const column = { name: 'k', type: 'string', nullable: false, entity: 'k' } as const
const inputs = [input('n', feature('own', 'k', 'n', { type: 'int' })), input('last', feature('own', 'k', 'last', { type: 'int' }))]
const every = { kind: 'interval', every: 100, phase: 0 } as const
const plain: ReportIR = { name: 'list', of: { kind: 'inputs', inputs }, column, at: every, live: 250 }
/** A score of `last`, or NULL without one. */
const scored: PipelineIR['models'][number] = {
  name: 'm',
  decide: { kind: 'request', columns: [column], key: 'k' },
  inputs,
  score: { kind: 'linear', intercept: 0, terms: [{ input: 'last', weight: 1 }] },
}
const ofModel: ReportIR = { ...plain, of: { kind: 'model', model: 'm' } }
const score = { op: 'column', name: 'score', type: 'double' } as const

export const reportCases: ReportCase[] = [
  {
    name: 'a report is about the keys with an event in [s − live, s], by what had arrived by s',
    pipeline: pipeline([wide], [counts()], []),
    report: plain,
    log: history(
      ev(0, { k: 'b', n: 1 }),
      ev(50, { k: 'a', n: 2 }, { arrival: 100 }),
      ev(100, { k: 'c', n: 3 }, { arrival: 101 }),
      ev(300, { k: 'a', n: 4 }),
    ),
    at: [
      { s: -1, rows: [], age: 0, why: 'before everything' },
      {
        s: 100,
        rows: [
          { key: 'a', n: 1, last: 2 },
          { key: 'b', n: 1, last: 1 },
        ],
        age: 0,
        why: 'what arrives at 100 is known, at 101 is not; in order of the keys',
      },
      {
        s: 250,
        rows: [
          { key: 'a', n: 1, last: 2 },
          { key: 'b', n: 1, last: 1 },
          { key: 'c', n: 1, last: 3 },
        ],
        age: 0,
        why: 'b is exactly 250 old',
      },
      {
        s: 251,
        rows: [
          { key: 'a', n: 1, last: 2 },
          { key: 'c', n: 1, last: 3 },
        ],
        age: 0,
        why: 'b is 251 old',
      },
      { s: 550, rows: [{ key: 'a', n: 2, last: 4 }], age: 0, why: 'after the end' },
      { s: 551, rows: [], age: 0, why: 'nobody is live' },
    ],
  },
  {
    name: 'rows are those for which where is true, by score, NULL last and equal ones by key, and at most so many',
    pipeline: pipeline([wide], [counts()], [scored]),
    report: { ...ofModel, orderBy: [{ column: 'score', descending: true }], limit: 3 },
    log: history(
      ...(
        [
          ['e', null],
          ['d', 1],
          ['c', 7],
          ['b', 7],
          ['a', 5],
        ] as const
      ).map(([k, n]) => ev(100, { k, n })),
    ),
    at: [
      {
        s: 100,
        rows: [
          { key: 'b', n: 1, last: 7, score: 7 },
          { key: 'c', n: 1, last: 7, score: 7 },
          { key: 'a', n: 1, last: 5, score: 5 },
        ],
        age: 0,
        why: 'd and e are fourth and fifth',
      },
    ],
  },
  {
    name: 'ascending, a NULL is last too; a condition that is NULL is not true',
    pipeline: pipeline([wide], [counts()], [scored]),
    report: { ...ofModel, orderBy: [{ column: 'vector.last', descending: false }] },
    log: history(
      ...(
        [
          ['a', 5],
          ['b', null],
          ['c', 1],
        ] as const
      ).map(([k, n]) => ev(100, { k, n })),
    ),
    at: [
      {
        s: 100,
        rows: [
          { key: 'c', n: 1, last: 1, score: 1 },
          { key: 'a', n: 1, last: 5, score: 5 },
          { key: 'b', n: 1, last: null, score: null },
        ],
        age: 0,
        why: 'NULL behind all',
      },
    ],
  },
  {
    name: 'where looks at the score',
    pipeline: pipeline([wide], [counts()], [scored]),
    report: { ...ofModel, where: compare(score, 'gte', double(5)) },
    log: history(
      ...(
        [
          ['a', 5],
          ['b', null],
          ['c', 4],
        ] as const
      ).map(([k, n]) => ev(100, { k, n })),
    ),
    at: [{ s: 100, rows: [{ key: 'a', n: 1, last: 5, score: 5 }], age: 0, why: 'b has no score, c a lower one' }],
  },
  {
    name: 'each group is read through its placement, and a row says whether that is too old',
    pipeline: pipeline([wide], [counts({ kind: 'batch', schedule: { kind: 'interval', every: 200, phase: 0 }, lasts: 50 })], []),
    report: { ...plain, freshness: 100 },
    log: history(ev(10, { k: 'a', n: 1 }), ev(220, { k: 'a', n: 2 })),
    at: [
      { s: 150, rows: [{ key: 'a', n: 0, last: null, stale: true }], age: 150, why: 'the run of 0 knew nothing, and is 150 old' },
      { s: 250, rows: [{ key: 'a', n: 1, last: 1, stale: false }], age: 50, why: 'the run of 200, done at 250' },
      { s: 300, rows: [{ key: 'a', n: 1, last: 1, stale: false }], age: 100, why: 'at the bound' },
      { s: 301, rows: [{ key: 'a', n: 1, last: 1, stale: true }], age: 101, why: 'beyond it' },
    ],
  },
  {
    name: 'a key whose only event was superseded or deleted is not live',
    pipeline: pipeline([revisable('ref')], [counts()], []),
    report: plain,
    log: history(
      ev(100, { k: 'a', ref: 'x', n: 1 }),
      ev(100, { k: 'b', ref: 'y', n: 1 }),
      ev(100, { k: 'a', ref: 'x' }, { arrival: 120, deleted: true }),
    ),
    at: [
      {
        s: 119,
        rows: [
          { key: 'a', n: 1, last: 1 },
          { key: 'b', n: 1, last: 1 },
        ],
        age: 0,
        why: 'before the delete',
      },
      { s: 120, rows: [{ key: 'b', n: 1, last: 1 }], age: 0, why: 'a has no event left' },
    ],
  },
]
