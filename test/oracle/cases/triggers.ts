/** Decisions at ticks and on request: their times, subjects, order, and visible events. */
import type { ExprIR, GroupIR, ModelIR, PlacementIR, TypeIR, Value } from '../../../src/define/ir/ir.ts'
import { agg, changelog, col, ev, group, history, revisable, wide, type Delivered } from '../case.ts'
import { feature, input, named, pipeline, trigger, type DecisionCase } from './decisions.ts'

const INT: TypeIR = { type: 'int' }

/** A group of `key` with the count of all its events and the last `n` of them. */
const counts = (name: string, key: string, how: { place?: PlacementIR; source?: string } = {}): GroupIR => ({
  ...named(name, group({ n: agg('count', 'lifetime'), last: agg('last', 'lifetime', col('n')) }, { key: [key], ...how })),
  source: how.source ?? 'wide',
})

export const scoreless: ModelIR['score'] = { kind: 'rules', rules: [], otherwise: 0 }

/** A model that reads the counts of groups at the key of the tick. */
export const ticking = (
  name: string,
  every: number,
  live: number,
  groups: readonly GroupIR[],
  type: TypeIR = { type: 'string' },
): ModelIR => {
  const [entity] = groups[0].entity
  const column = { name: entity, ...type, nullable: false, entity }
  const inputs = groups.map(({ name: of }) => input(of, feature(of, entity, 'n', INT)))
  return { name, decide: { kind: 'every', every, live, column }, inputs, score: scoreless }
}

/** A decision of a tick on the count of one group, or of several. */
const at = (t: number, key: Value, prefix: number, vector: Record<string, Delivered>, model = 'm') => ({
  model,
  key,
  t,
  prefix,
  vector,
  score: 0,
})

export const own = counts('own', 'k')

export const triggerCases: DecisionCase[] = [
  {
    name: 'ticks stand at multiples from the epoch, from the first arrival to the last, and know what arrived by then',
    pipeline: pipeline([wide], [own], [ticking('m', 100, 250, [own])]),
    log: history(ev(150, { k: 'a' }), ev(180, { k: 'a' }, { arrival: 200 }), ev(190, { k: 'b' }, { arrival: 201 }), ev(300, { k: 'c' })),
    expect: [
      at(200, 'a', 2, { own: 2 }), // not at 100; an arrival at 200 is visible, at 201 it is not
      at(300, 'a', 4, { own: 2 }),
      at(300, 'b', 4, { own: 1 }),
      at(300, 'c', 4, { own: 1 }), // the last arrival is a tick
    ],
  },
  {
    name: 'a key is live by event time, at both ends of [t − D, t]; an event that comes too late makes none',
    pipeline: pipeline([wide], [own], [ticking('m', 100, 200, [own])]),
    log: history(ev(0, { k: 'a' }), ev(99, { k: 'b' }, { arrival: 250 }), ev(100, { k: 'c' }, { arrival: 250 }), ev(500, { k: 'd' })),
    expect: [
      at(0, 'a', 1, { own: 1 }), // an event at the tick itself
      at(100, 'a', 1, { own: 1 }),
      at(200, 'a', 1, { own: 1 }), // exactly D old
      at(300, 'c', 3, { own: 1 }), // a is 300 old; b, just arrived, is 201 old
      at(500, 'd', 4, { own: 1 }), // at 400 no one is live
    ],
  },
  {
    name: 'ticks before the epoch',
    pipeline: pipeline([wide], [own], [ticking('m', 100, 1000, [own])]),
    log: history(ev(-250, { k: 'a' }), ev(20, { k: 'a' })),
    expect: [at(-200, 'a', 1, { own: 1 }), at(-100, 'a', 1, { own: 1 }), at(0, 'a', 1, { own: 1 })],
  },
  {
    name: 'keys of a tick that are strings are in the order of their UTF-8 bytes',
    pipeline: pipeline([wide], [own], [ticking('m', 100, 100, [own])]),
    log: history(...['\u{1f600}', 'é', '～', 'B', 'a', ''].map(k => ev(100, { k }))),
    expect: ['', 'B', 'a', 'é', '～', '\u{1f600}'].map(key => at(100, key, 6, { own: 1 })), // by UTF-16 the emoji, D83D…, precedes FF5E
  },
  {
    name: 'keys of a tick that are numbers are in order of size, and NULL is none',
    pipeline: (() => {
      const ward = counts('ward', 'n')
      return pipeline([wide], [ward], [ticking('m', 100, 100, [ward], INT)])
    })(),
    log: history(...[10, 9, null, -1, 10].map(n => ev(100, { n }))),
    expect: [at(100, -1, 5, { ward: 1 }), at(100, 9, 5, { ward: 1 }), at(100, 10, 5, { ward: 2 })],
  },
  {
    name: 'an event that is superseded, or deleted, keeps no key alive',
    pipeline: pipeline([revisable('ref')], [own], [ticking('m', 100, 100, [own])]),
    log: history(
      ev(90, { k: 'a', ref: 'A' }),
      ev(95, { k: 'b', ref: 'B' }),
      ev(20, { k: 'a', ref: 'A' }, { arrival: 110 }), // the reading was of another time
      ev(150, { k: 'b', ref: 'B' }, { deleted: true }),
      ev(160, { k: 'a', ref: null }, { deleted: true }),
      ev(195, { k: 'c', ref: 'A' }), // of another source key, so it supersedes nothing
      ev(200, { k: 'd', ref: 'D' }, { deleted: true }),
    ),
    expect: [at(100, 'a', 2, { own: 1 }), at(100, 'b', 2, { own: 1 }), at(200, 'c', 7, { own: 1 })],
  },
  {
    name: 'every source that the model reads through a group of the entity keeps keys alive, whatever the placement, and no other does',
    pipeline: (() => {
      const elsewhere: GroupIR = { ...counts('elsewhere', 'g', { source: 'other', place: { kind: 'lag', by: 1000 } }), entity: ['k'] }
      const unread = counts('unread', 'k', { source: 'third' })
      const pair: GroupIR = { ...counts('pair', 'k'), entity: ['k', 'k'], key: ['k', 'k'], source: 'third' }
      const model = ticking('m', 100, 100, [own, elsewhere])
      const twice: ExprIR = { op: 'feature', group: 'pair', key: ['k', 'k'], name: 'n', type: 'int' }
      const sources = [wide, { ...wide, name: 'other' }, { ...wide, name: 'third' }]
      return pipeline(sources, [own, elsewhere, unread, pair], [{ ...model, inputs: [...model.inputs, input('pair', twice)] }])
    })(),
    log: history(
      ev(100, { k: 'x', g: 'b' }, { source: 'other' }),
      ev(100, { k: 'a', g: 'y' }),
      ev(100, { k: 'c', g: 'c' }, { source: 'third' }),
      ev(100, { k: 'b' }, { source: 'third' }),
    ),
    expect: [at(100, 'a', 4, { own: 1, elsewhere: 0, pair: 0 }), at(100, 'b', 4, { own: 0, elsewhere: 0, pair: 1 })],
  },
  {
    name: 'ticks and events interleave along the total order; of one tick models come in order, then keys',
    pipeline: (() => {
      const onEvent: ModelIR = { ...ticking('e', 1, 1, [own]), decide: { kind: 'on', source: 'wide' } }
      return pipeline([wide], [own], [ticking('slow', 200, 200, [own]), onEvent, ticking('fast', 100, 200, [own])])
    })(),
    log: history(ev(100, { k: 'b' }), ev(200, { k: 'b' }), ev(150, { k: 'a' }, { arrival: 200 }), ev(201, { k: 'b' })),
    expect: [
      { model: 'e', event: 0, t: 100, score: 0, vector: { own: 1 } },
      at(100, 'b', 1, { own: 1 }, 'fast'),
      { model: 'e', event: 1, t: 200, score: 0, vector: { own: 2 } },
      { model: 'e', event: 2, t: 200, score: 0, vector: { own: 1 } },
      at(200, 'a', 3, { own: 1 }, 'slow'),
      at(200, 'b', 3, { own: 2 }, 'slow'),
      at(200, 'a', 3, { own: 1 }, 'fast'),
      at(200, 'b', 3, { own: 2 }, 'fast'),
      { model: 'e', event: 3, t: 201, score: 0, vector: { own: 3 } },
    ],
  },
  {
    name: 'where arrivals fall along the order, a tick still knows exactly what had arrived, and comes behind the last of it',
    pipeline: pipeline(
      [wide],
      [own],
      [{ ...ticking('m', 100, 200, [own]) }, { ...ticking('e', 1, 1, [own]), decide: { kind: 'on', source: 'wide' } }],
    ),
    log: history(ev(50, { k: 'a' }), ev(110, { k: 'b' }, { partition: 1 }), ev(90, { k: 'a' }, { arrival: 95 })),
    expect: [
      { model: 'e', event: 0, t: 50, score: 0, vector: { own: 1 } },
      { model: 'e', event: 1, t: 110, score: 0, vector: { own: 1 } },
      { model: 'e', event: 2, t: 110, score: 0, vector: { own: 2 } },
      at(100, 'a', 2, { own: 2 }), // b is not visible, though it is before
    ],
  },
  {
    name: 'with a clock that goes on after the last arrival, ticks are made up to it',
    pipeline: pipeline([wide], [own], [ticking('m', 100, 200, [own])]),
    log: history(ev(130, { k: 'a' })),
    run: { until: 400 },
    expect: [at(200, 'a', 1, { own: 1 }), at(300, 'a', 1, { own: 1 })], // at 400 it is 270 old
  },
  {
    name: 'at a tick each group is read through its placement of (P, t)',
    pipeline: (() => {
      const places: PlacementIR[] = [
        { kind: 'stream' },
        { kind: 'lag', by: 100 },
        { kind: 'partial', by: 100 },
        { kind: 'scheduled', schedule: { kind: 'interval', every: 150, phase: 0 }, lasts: 20 },
        { kind: 'corrected' },
      ]
      const groups = places.map(place => ({
        ...named(place.kind, group({ n: agg('count', 150) }, { place })), // exact windows of 150 ms
      }))
      return pipeline([wide], groups, [ticking('m', 200, 200, groups)])
    })(),
    log: history(
      ev(60, { k: 'a' }),
      ev(100, { k: 'a' }),
      ev(140, { k: 'a' }),
      ev(190, { k: 'a' }, { arrival: 200 }),
      ev(170, { k: 'a' }, { arrival: 210 }),
    ),
    // stream: [50, 200] of the events that had arrived by 200. lag: [−50, 100] by 100. partial: [50, 200] by 100. scheduled: s = 150, [0,
    // 150] by 150.   corrected: [50, 200] of all.
    expect: [at(200, 'a', 4, { stream: 4, lag: 2, partial: 2, scheduled: 3, corrected: 5 })],
  },
  {
    name: 'a request knows what stands before it, at its arrival, which is raised to theirs; its fields are inputs',
    pipeline: (() => {
      const late = counts('late', 'k', { place: { kind: 'lag', by: 50 } })
      const columns = [
        { name: 'who', type: 'string', nullable: false, entity: 'k' } as const,
        { name: 'sum', type: 'decimal', scale: 2, nullable: true } as const,
      ]
      const ask: ModelIR = {
        name: 'ask',
        decide: { kind: 'request', columns, key: 'who' },
        inputs: [
          input('sum', trigger('sum', { type: 'decimal', scale: 2 })),
          input('n', feature('own', 'who', 'n', INT)),
          input('last', feature('own', 'who', 'last', INT)),
          input('late', feature('late', 'who', 'n', INT)),
        ],
        score: { kind: 'linear', intercept: 1, terms: [{ input: 'sum', weight: 2 }] },
      }
      return pipeline([wide], [own, late], [ask, ticking('m', 100, 100, [own])])
    })(),
    log: history(ev(60, { k: 'a', n: 5 }), ev(100, { k: 'a', n: 6 }), ev(110, { k: 'a', n: 7 })),
    run: {
      requests: [
        { model: 'ask', place: 0, arrival: 40, row: { who: 'a', sum: 150 } },
        { model: 'ask', place: 2, arrival: 90, row: { who: 'a', sum: null } }, // raised to 100; before the tick at 100
        { model: 'ask', place: 2, arrival: 105, row: { who: 'b', sum: 25 } }, // and this one after it
        { model: 'ask', place: 3, arrival: 150, row: { who: 'a', sum: 0 } },
      ],
    },
    expect: [
      { model: 'ask', request: 0, t: 40, prefix: 0, score: 4, vector: { sum: 1.5, n: 0, last: null, late: 0 } },
      { model: 'ask', request: 1, t: 100, prefix: 2, score: null, vector: { sum: null, n: 2, last: 6, late: 0 } },
      at(100, 'a', 2, { own: 2 }),
      { model: 'ask', request: 2, t: 105, prefix: 2, score: 1.5, vector: { sum: 0.25, n: 0, last: null, late: 0 } },
      { model: 'ask', request: 3, t: 150, prefix: 3, score: 1, vector: { sum: 0, n: 3, last: 7, late: 2 } },
    ],
  },
  {
    name: 'a row of a table makes its key live and a decision, a delete neither',
    pipeline: (() => {
      const rows = named('rows', group({ n: agg('row', 'lifetime', col('n')) }))
      const on: ModelIR = {
        name: 'on',
        decide: { kind: 'on', source: 'wide' },
        inputs: [input('n', feature('rows', 'k', 'n', INT)), input('was', trigger('n', INT))],
        score: scoreless,
      }
      const tick = ticking('tick', 100, 150, [rows])
      return pipeline([changelog], [rows], [on, tick])
    })(),
    log: history(
      ev(50, { k: 'a', n: 1 }),
      ev(60, { k: 'b', n: 2 }),
      ev(190, { k: 'a', n: 9 }, { deleted: true }),
      ev(150, { k: 'b', n: 3 }, { arrival: 195 }),
      ev(350, { k: 'c' }, { deleted: true }),
      ev(400, { k: 'a', n: 4 }),
    ),
    expect: [
      { model: 'on', event: 0, t: 50, score: 0, vector: { n: 1, was: 1 } },
      { model: 'on', event: 1, t: 60, score: 0, vector: { n: 2, was: 2 } },
      at(100, 'a', 2, { rows: 1 }, 'tick'),
      at(100, 'b', 2, { rows: 2 }, 'tick'),
      { model: 'on', event: 3, t: 195, score: 0, vector: { n: 3, was: 3 } },
      at(200, 'a', 4, { rows: null }, 'tick'), // live by its row of 50, which is deleted
      at(200, 'b', 4, { rows: 3 }, 'tick'),
      at(300, 'b', 4, { rows: 3 }, 'tick'), // b by its row of 150; the delete of a, of 190, is no sign of life
      { model: 'on', event: 5, t: 400, score: 0, vector: { n: 4, was: 4 } },
      at(400, 'a', 6, { rows: 4 }, 'tick'), // c was only deleted
    ],
  },
]
