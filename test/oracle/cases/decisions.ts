/** Decisions on events: the trigger `on`, keys from the trigger, derived inputs over delivered doubles, and scores. */
import type { ExprIR, GroupIR, ModelIR, PipelineIR, SourceIR, TypeIR } from '../../../src/define/ir/ir.ts'
import type { LoggedEvent } from '../../../src/define/source/source.ts'
import type { About, Run } from '../triggers.ts'
import { type Delivered, agg, col, compare, double, ev, group, history, logic, math, wide } from '../case.ts'

export interface DecisionCase {
  readonly name: string
  readonly pipeline: PipelineIR
  readonly log: readonly LoggedEvent[]
  /** Requests, and the clock up to which ticks occur. */
  readonly run?: Run
  readonly expect: readonly (About & {
    readonly model: string
    readonly t: number
    readonly vector: Readonly<Record<string, Delivered>>
    readonly score: number | null
    /** Events in `P`; default: up to the triggering event. */
    readonly prefix?: number
  })[]
}

export const named = (name: string, ir: GroupIR): GroupIR => ({ ...ir, name })
export const trigger = (name: string, type: TypeIR): ExprIR => ({ op: 'trigger', name, ...type })
export const feature = (group: string, key: string, name: string, type: TypeIR): ExprIR => ({
  op: 'feature',
  group,
  key: [key],
  name,
  ...type,
})
export const input = (name: string, expr: ExprIR) => ({ name, expr })
export const pipeline = (sources: SourceIR[], groups: GroupIR[], models: ModelIR[]): PipelineIR => ({
  version: 1,
  name: 'case',
  sources,
  groups,
  models,
})

const DOUBLE: TypeIR = { type: 'double' }
const MONEY: TypeIR = { type: 'decimal', scale: 2 }

const own = named(
  'own',
  group({ n: agg('count', 1000), mean: agg('mean', 1000, col('d')), since: agg('timeSinceLast', 'lifetime', undefined, { before: true }) }),
)
const place = named(
  'place',
  group(
    { n: agg('count', 'lifetime'), recent: agg('lastK', 'lifetime', col('d'), { k: 2 }) },
    { key: ['g'], place: { kind: 'lag', by: 100 } },
  ),
)
const amount = trigger('d', MONEY)
const mean = feature('own', 'k', 'mean', DOUBLE)

const inputs = [
  input('amount', amount),
  input('own.n', feature('own', 'k', 'n', { type: 'int' })),
  input('own.since', feature('own', 'k', 'since', { type: 'duration' })),
  input('place.n', feature('place', 'g', 'n', { type: 'int' })),
  input('place.recent', feature('place', 'g', 'recent', MONEY)),
  input('ratio', math(amount, 'div', mean, DOUBLE)),
  input('excess', math(amount, 'sub', mean, DOUBLE)),
]

const on = (name: string, source: string, inputs: ModelIR['inputs'], score: ModelIR['score']): ModelIR => ({
  name,
  decide: { kind: 'on', source },
  inputs,
  score,
})

export const decisionCases: DecisionCase[] = [
  {
    name: 'keys from the trigger, a placement for each group, derived inputs, rules',
    pipeline: pipeline(
      [wide],
      [own, place],
      [
        on('odd', 'wide', inputs, {
          kind: 'rules',
          rules: [
            { when: compare(math(amount, 'div', mean, DOUBLE), 'gte', double(1.25)), score: 0.9 },
            {
              when: logic(compare(feature('own', 'k', 'n', { type: 'int' }), 'gt', double(1)), 'and', compare(amount, 'lt', double(0.15))),
              score: 0.5,
            },
          ],
          otherwise: 0.1,
        }),
      ],
    ),
    log: history(
      ev(0, { k: 'a', g: 'x', d: 10 }),
      ev(100, { k: 'a', g: 'x', d: 30 }),
      ev(100, { k: 'b', g: 'x', d: 20 }, { partition: 1 }),
      ev(150, { k: 'a', g: null, d: 5 }, { arrival: 300 }),
      ev(2000, { k: 'a', g: 'x' }),
    ),
    expect: [
      {
        model: 'odd',
        event: 0,
        t: 0,
        score: 0.1, // ratio 1; n is 1
        vector: { amount: 0.1, 'own.n': 1, 'own.since': null, 'place.n': 0, 'place.recent': null, ratio: 1, excess: 0 },
      },
      {
        model: 'odd',
        event: 1,
        t: 100,
        score: 0.9, // mean 0.2, and 0.3 / 0.2 is at least 1.25; of x the first is visible, by lag
        vector: { amount: 0.3, 'own.n': 2, 'own.since': 100, 'place.n': 1, 'place.recent': [0.1], ratio: 0.3 / 0.2, excess: 0.3 - 0.2 },
      },
      {
        model: 'odd',
        event: 2,
        t: 100,
        score: 0.1,
        vector: { amount: 0.2, 'own.n': 1, 'own.since': null, 'place.n': 1, 'place.recent': [0.1], ratio: 1, excess: 0 },
      },
      {
        model: 'odd',
        event: 3,
        t: 300,
        score: 0.5, // late: the as-of time is 300; mean is 45 / 3 / 100; no group has the key NULL
        vector: { amount: 0.05, 'own.n': 3, 'own.since': 200, 'place.n': 0, 'place.recent': null, ratio: 0.05 / 0.15, excess: 0.05 - 0.15 },
      },
      {
        model: 'odd',
        event: 4,
        t: 2000,
        score: 0.1, // NULL amount: comparisons are NULL, no rule holds
        vector: { amount: null, 'own.n': 1, 'own.since': 1850, 'place.n': 3, 'place.recent': [0.2, 0.3], ratio: null, excess: null },
      },
    ],
  },
  {
    name: 'logistic and linear scores; a deleted event and another source trigger nothing',
    pipeline: pipeline(
      [
        { ...wide, identity: ['ref'], revisable: 1000, deleted: 'gone' },
        { ...wide, name: 'other' },
      ],
      [own],
      [
        on(
          'line',
          'wide',
          [
            input('n', feature('own', 'k', 'n', { type: 'int' })),
            input('flag', trigger('b', { type: 'bool' })),
            input('kind', trigger('s', { type: 'string' })),
          ],
          {
            kind: 'linear',
            intercept: 1,
            terms: [
              { input: 'n', weight: 3, mean: 1, scale: 2 },
              { input: 'flag', weight: 10, ifNull: 0.5 },
              { input: 'kind', levels: { p: -1, '': -2 }, otherwise: 0.25 },
            ],
          },
        ),
        on('curve', 'other', [input('m', trigger('m', { type: 'int' }))], {
          kind: 'logistic',
          intercept: 2,
          terms: [{ input: 'm', weight: -1 }],
        }),
      ],
    ),
    log: history(
      ev(1, { ref: 'A', b: true, s: 'p' }),
      ev(2, { m: 2 }, { source: 'other' }),
      ev(3, { ref: 'B', b: false, s: 'q' }),
      ev(4, { ref: 'A' }, { deleted: true }),
      ev(5, { ref: 'B', b: null, s: '' }),
      ev(6, { m: null }, { source: 'other' }),
    ),
    expect: [
      { model: 'line', event: 0, t: 1, score: 10, vector: { n: 1, flag: true, kind: 'p' } }, // 1 + 0 + 10 − 1
      { model: 'curve', event: 1, t: 2, score: 0.5, vector: { m: 2 } }, // z = 0
      { model: 'line', event: 2, t: 3, score: 2.75, vector: { n: 2, flag: false, kind: 'q' } }, // 1 + 1.5 + 0 + 0.25
      { model: 'line', event: 4, t: 5, score: 4, vector: { n: 1, flag: null, kind: '' } }, // 1 + 0 + 5 − 2; A is deleted, B revised
      { model: 'curve', event: 5, t: 6, score: null, vector: { m: null } },
    ],
  },
  {
    name: 'trees: the base, then each in order; at most goes left; NULL goes its own way',
    pipeline: pipeline(
      [wide, { ...wide, name: 'other' }],
      [own],
      [
        on(
          'wood',
          'wide',
          [
            input('n', feature('own', 'k', 'n', { type: 'int' })),
            input('flag', trigger('b', { type: 'bool' })),
            input('m', trigger('m', { type: 'int' })),
          ],
          {
            kind: 'trees',
            link: 'identity',
            base: 100,
            inputs: ['m', 'n', 'flag'],
            trees: [
              // n <= 1: 10; else flag <= 0.5 or NULL: 1; else 2
              { input: [1, -1, 2, -1, -1], value: [1, 10, 0.5, 1, 2], right: [2, 0, 4, 0, 0], nullsLeft: [0, 0, 1, 0, 0] },
              // m <= 5: 0.25; else or NULL: 0.5
              { input: [0, -1, -1], value: [5, 0.25, 0.5], right: [2, 0, 0], nullsLeft: [0, 0, 0] },
            ],
          },
        ),
        on('leaf', 'other', [input('m', trigger('m', { type: 'int' }))], {
          kind: 'trees',
          link: 'logistic',
          base: -1,
          inputs: [],
          trees: [{ input: [-1], value: [1], right: [0], nullsLeft: [0] }],
        }),
      ],
    ),
    log: history(ev(1, { b: true, m: 5 }), ev(2, { b: true, m: 6 }), ev(3, {}), ev(4, { b: false, m: -1 }), ev(5, {}, { source: 'other' })),
    expect: [
      { model: 'wood', event: 0, t: 1, score: 110.25, vector: { n: 1, flag: true, m: 5 } }, // 100 + 10 + 0.25
      { model: 'wood', event: 1, t: 2, score: 102.5, vector: { n: 2, flag: true, m: 6 } }, // 100 + 2 + 0.5
      { model: 'wood', event: 2, t: 3, score: 101.5, vector: { n: 3, flag: null, m: null } }, // 100 + 1 + 0.5
      { model: 'wood', event: 3, t: 4, score: 101.25, vector: { n: 4, flag: false, m: -1 } }, // 100 + 1 + 0.25
      { model: 'leaf', event: 4, t: 5, score: 0.5, vector: { m: null } }, // z = 0
    ],
  },
  {
    name: 'the clock is the greatest arrival in P, over all sources; a level without a weight makes no score',
    pipeline: pipeline(
      [wide, { ...wide, name: 'other' }],
      [own],
      [
        on(
          'kinds',
          'wide',
          [input('kind', trigger('s', { type: 'string' })), input('own.since', feature('own', 'k', 'since', { type: 'duration' }))],
          {
            kind: 'linear',
            intercept: 0.5,
            terms: [{ input: 'kind', levels: { p: 1, true: 2 } }],
          },
        ),
      ],
    ),
    log: history(ev(-500, { s: 'p' }), ev(-100, { s: 'p' }, { source: 'other' }), ev(-300, { s: 'q' }, { arrival: -200 }), ev(-50, {})),
    expect: [
      { model: 'kinds', event: 0, t: -500, score: 1.5, vector: { kind: 'p', 'own.since': null } },
      { model: 'kinds', event: 2, t: -100, score: null, vector: { kind: 'q', 'own.since': 400 } }, // arrivals fell in processing order
      { model: 'kinds', event: 3, t: -50, score: null, vector: { kind: null, 'own.since': 250 } },
    ],
  },
  {
    name: 'a string in trees is the number of its level; NULL has a weight of its own among levels',
    pipeline: pipeline(
      [wide, { ...wide, name: 'other' }],
      [],
      [
        on('wood', 'wide', [input('kind', trigger('s', { type: 'string' }))], {
          kind: 'trees',
          link: 'identity',
          base: 1,
          inputs: ['kind'],
          levels: { kind: { levels: { p: 0.25, '': 0.75 }, otherwise: 0.5 } },
          // kind <= 0.4 or NULL: 10; else kind <= 0.5: 20; else 30
          trees: [{ input: [0, -1, 0, -1, -1], value: [0.4, 10, 0.5, 20, 30], right: [2, 0, 4, 0, 0], nullsLeft: [1, 0, 0, 0, 0] }],
        }),
        on('line', 'other', [input('kind', trigger('s', { type: 'string' })), input('flag', trigger('b', { type: 'bool' }))], {
          kind: 'linear',
          intercept: 1,
          terms: [
            { input: 'kind', levels: { p: 2 }, otherwise: 4, ifNull: 8 },
            { input: 'flag', levels: { true: 16 }, ifNull: 32 },
          ],
        }),
      ],
    ),
    log: history(
      ...['p', '', 'q', null].map((s, i) => ev(i + 1, { s })),
      ...[{ s: 'p', b: true }, { s: 'q' }, { b: true }].map((row, i) => ev(i + 5, row, { source: 'other' })),
    ),
    expect: [
      { model: 'wood', event: 0, t: 1, score: 11, vector: { kind: 'p' } },
      { model: 'wood', event: 1, t: 2, score: 31, vector: { kind: '' } },
      { model: 'wood', event: 2, t: 3, score: 21, vector: { kind: 'q' } },
      { model: 'wood', event: 3, t: 4, score: 11, vector: { kind: null } },
      { model: 'line', event: 4, t: 5, score: 19, vector: { kind: 'p', flag: true } }, // 1 + 2 + 16
      { model: 'line', event: 5, t: 6, score: 37, vector: { kind: 'q', flag: null } }, // 1 + 4 + 32
      { model: 'line', event: 6, t: 7, score: 25, vector: { kind: null, flag: true } }, // 1 + 8 + 16
    ],
  },
]
