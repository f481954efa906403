/** Visible events and as-of times: prefixes, late events, and the placements of the semantics. */
import type { PlacementIR, ScheduleIR } from '../../../src/define/ir/ir.ts'
import { type Case, agg, at, col, ev, group, history, wide } from '../case.ts'

const key = ['a']
const cron = (cron: string, zone: string): ScheduleIR => ({ kind: 'cron', cron, zone })
const powers = (place: PlacementIR, window: number | 'lifetime' = 'lifetime') =>
  group({ sum: agg('sum', window, col('n')), since: agg('timeSinceLast', 'lifetime') }, { place })

// Visible at 900: 1 and 4. The event of 850 arrived at 950.
const delayed = history(ev(800, { n: 1 }, { arrival: 850 }), ev(900, { n: 4 }), ev(850, { n: 2 }, { arrival: 950 }), ev(1000, { n: 8 }))

export const placements: Case[] = [
  {
    name: 'a late event counts, in every window that reaches it, from its arrival on',
    source: wide,
    group: group({
      w: agg('sum', 200, col('n')),
      life: agg('sum', 'lifetime', col('n')),
      first: agg('first', 'lifetime', col('n')),
      last: agg('last', 'lifetime', col('n')),
    }),
    log: history(
      ev(100, { n: 1 }),
      ev(300, { n: 2 }),
      ev(150, { n: 4 }, { arrival: 5000 }),
      ev(-1_000_000_000_000, { n: 8 }, { arrival: 6000 }),
    ),
    asks: [
      { key, prefix: 2, t: 300, expect: { w: 3, life: 3, first: 1, last: 2 }, why: 'not known yet' },
      { key, prefix: 3, t: 300, expect: { w: 7, life: 7, first: 1, last: 2 }, why: 'known, and within [100, 300]' },
      { key, prefix: 3, t: 5000, expect: { w: null, life: 7, first: 1, last: 2 }, why: 'at its arrival the window has passed it' },
      { key, prefix: 4, t: 6000, expect: { w: null, life: 15, first: 8, last: 2 }, why: 'decades late, and now the first' },
    ],
  },
  {
    name: 'a prefix counts the events of all sources, a group reads those of its own',
    source: wide,
    group: group({ sum: agg('sum', 1000, col('n')) }),
    log: history(ev(1, { n: 1 }), ev(2, { n: 2 }, { source: 'other' }), ev(3, { n: 4 }), ev(4, { n: 8 }, { source: 'other' })),
    asks: [
      { key, prefix: 0, t: 4, expect: { sum: null }, why: 'nothing is known' },
      { key, prefix: 2, t: 4, expect: { sum: 1 }, why: 'the second event is another source’s' },
      { key, prefix: 3, t: 4, expect: { sum: 5 }, why: '1 and 4' },
    ],
  },
  {
    name: 'stream: P and t as they are',
    source: wide,
    group: powers({ kind: 'stream' }, 100),
    log: delayed,
    asks: [{ key, prefix: 4, t: 1000, expect: { sum: 12, since: 0 }, why: '[900, 1000] holds 4 and 8' }],
  },
  {
    name: 'lag: everything is older, the clock too',
    source: wide,
    group: powers({ kind: 'lag', by: 100 }, 100),
    log: delayed,
    asks: [
      { key, prefix: 4, t: 1000, expect: { sum: 5, since: 0 }, why: 'arrival <= 900 and [800, 900]: 1 and 4' },
      { key, prefix: 4, t: 999, expect: { sum: 1, since: 99 }, why: 'arrival <= 899 and [799, 899]: 1' },
      { key, prefix: 4, t: 1050, expect: { sum: 6, since: 50 }, why: 'arrival <= 950 and [850, 950]: 4 and 2' },
      { key, prefix: 1, t: 1000, expect: { sum: 1, since: 100 }, why: 'P@900 is within P' },
      { key, prefix: 4, t: 949, expect: { sum: null, since: null }, why: 'nothing had arrived by 849' },
    ],
  },
  {
    name: 'partial: what is known is older, the clock is not',
    source: wide,
    group: powers({ kind: 'partial', by: 100 }, 100),
    log: delayed,
    asks: [
      { key, prefix: 4, t: 1000, expect: { sum: 4, since: 100 }, why: 'arrival <= 900 and [900, 1000]: 4' },
      { key, prefix: 4, t: 1100, expect: { sum: 8, since: 100 }, why: 'arrival <= 1000 and [1000, 1100]: 8' },
      { key, prefix: 3, t: 1100, expect: { sum: null, since: 200 }, why: 'the last event is not in P' },
    ],
  },
  {
    name: 'lag 0 is the stream',
    source: wide,
    group: powers({ kind: 'lag', by: 0 }, 100),
    log: delayed,
    asks: [{ key, prefix: 4, t: 1000, expect: { sum: 12, since: 0 }, why: 'P@t is P' }],
  },
  {
    name: 'partial 0 is the stream',
    source: wide,
    group: powers({ kind: 'partial', by: 0 }, 100),
    log: delayed,
    asks: [{ key, prefix: 4, t: 1000, expect: { sum: 12, since: 0 }, why: 'P@t is P' }],
  },
  {
    name: 'corrected: all of the log, at t',
    source: wide,
    group: powers({ kind: 'corrected' }, 100),
    log: delayed,
    asks: [
      { key, prefix: 1, t: 850, expect: { sum: 3, since: 0 }, why: '[750, 850] holds 1 and, though it arrived later, 2' },
      { key, prefix: 2, t: 900, expect: { sum: 7, since: 0 }, why: '[800, 900]' },
      { key, prefix: 0, t: 799, expect: { sum: null, since: null }, why: 'what is later than t does not count' },
      { key, prefix: 4, t: 1000, expect: { sum: 12, since: 0 }, why: '[900, 1000]' },
    ],
  },
  {
    name: 'scheduled at an interval with a phase',
    source: wide,
    group: powers({ kind: 'scheduled', schedule: { kind: 'interval', every: 1000, phase: 250 }, lasts: 100 }, 999),
    log: history(ev(250, { n: 1 }), ev(251, { n: 2 }), ev(1250, { n: 4 }), ev(1300, { n: 8 })),
    asks: [
      { key, prefix: 2, t: 349, expect: { sum: null, since: null }, why: 's + 100 <= 349: s = −750' },
      { key, prefix: 2, t: 350, expect: { sum: 1, since: 0 }, why: 's = 250: arrival <= 250' },
      { key, prefix: 4, t: 1349, expect: { sum: 1, since: 0 }, why: 's = 250 still, the clock too' },
      { key, prefix: 4, t: 1350, expect: { sum: 6, since: 0 }, why: 's = 1250: [251, 1250] holds 2 and 4' },
      { key, prefix: 4, t: 2350, expect: { sum: 8, since: 950 }, why: 's = 2250: [1251, 2250] holds 8' },
      { key, prefix: 3, t: 2350, expect: { sum: null, since: 1000 }, why: '8 is not in P' },
    ],
  },
  {
    name: 'batch knows what had arrived at the time its last run was scheduled for, as of then',
    source: wide,
    group: powers({ kind: 'batch', schedule: { kind: 'interval', every: 1000, phase: 0 }, lasts: 100 }, 500),
    log: history(ev(400, { n: 1 }), ev(999, { n: 2 }), ev(500, { n: 4 }, { arrival: 1000 }), ev(1001, { n: 8 }), ev(1600, { n: 16 })),
    asks: [
      { key, prefix: 4, t: 1099, expect: { sum: null, since: null }, why: 's + 100 <= 1099: s = 0, before all events' },
      { key, prefix: 4, t: 1100, expect: { sum: 6, since: 1 }, why: 's = 1000: [500, 1000] holds 2 and the late 4' },
      { key, prefix: 5, t: 2099, expect: { sum: 6, since: 1 }, why: 's = 1000 still: of that time, however old' },
      { key, prefix: 5, t: 2100, expect: { sum: 16, since: 400 }, why: 's = 2000: [1500, 2000]' },
    ],
  },
  {
    name: 'hybrid is what the stream gives, whenever its batch runs are',
    source: wide,
    group: powers({ kind: 'hybrid', schedule: { kind: 'interval', every: 1000, phase: 0 } }, 500),
    log: history(ev(400, { n: 1 }), ev(999, { n: 2 }), ev(500, { n: 4 }, { arrival: 1000 }), ev(1001, { n: 8 })),
    asks: [
      { key, prefix: 2, t: 999, expect: { sum: 2, since: 0 }, why: '[499, 999]' },
      { key, prefix: 3, t: 1000, expect: { sum: 6, since: 1 }, why: 'a late event at the cut counts once' },
      { key, prefix: 4, t: 1001, expect: { sum: 10, since: 0 }, why: '[501, 1001]: one of the batch layer and one of the stream' },
    ],
  },
  {
    name: 'scheduled by a cron in UTC',
    source: wide,
    group: powers({ kind: 'scheduled', schedule: cron('0 2 * * *', 'UTC'), lasts: 7_200_000 }),
    log: history(
      ev(at('2026-01-01T02:00:00.000Z'), { n: 1 }),
      ev(at('2026-01-01T02:00:00.001Z'), { n: 2 }),
      ev(at('2026-01-02T02:00:00.000Z'), { n: 4 }),
      ev(at('2026-01-02T03:00:00.000Z'), { n: 8 }),
    ),
    asks: [
      {
        key,
        prefix: 4,
        t: at('2026-01-02T03:59:59.999Z'),
        expect: { sum: 1, since: 0 },
        why: 'the run of this night is not done: s is yesterday at 2',
      },
      { key, prefix: 4, t: at('2026-01-02T04:00:00.000Z'), expect: { sum: 7, since: 0 }, why: 'done at this millisecond: s is today at 2' },
      {
        key,
        prefix: 4,
        t: at('2026-01-01T03:59:59.999Z'),
        expect: { sum: null, since: null },
        why: 's is the last day of the year before',
      },
    ],
  },
  {
    name: 'scheduled by a cron in a zone, into summer time',
    source: wide,
    group: powers({ kind: 'scheduled', schedule: cron('0 4 * * *', 'Europe/Zurich'), lasts: 1_800_000 }),
    log: history(
      ev(at('2026-03-28T03:00:00.000Z'), { n: 1 }),
      ev(at('2026-03-29T02:00:00.000Z'), { n: 2 }),
      ev(at('2026-03-29T02:00:00.001Z'), { n: 4 }),
    ),
    asks: [
      {
        key,
        prefix: 3,
        t: at('2026-03-29T02:29:59.999Z'),
        expect: { sum: 1, since: 0 },
        why: 's = 28 March, 4:00 in winter time, 03:00 UTC',
      },
      {
        key,
        prefix: 3,
        t: at('2026-03-29T02:30:00.000Z'),
        expect: { sum: 3, since: 0 },
        why: 's = 29 March, 4:00 in summer time, 02:00 UTC',
      },
    ],
  },
  {
    name: 'scheduled by a cron in a zone, out of summer time',
    source: wide,
    group: powers({ kind: 'scheduled', schedule: cron('0 4 * * *', 'Europe/Zurich'), lasts: 0 }),
    log: history(
      ev(at('2026-10-24T02:00:00.000Z'), { n: 1 }),
      ev(at('2026-10-25T02:00:00.000Z'), { n: 2 }),
      ev(at('2026-10-25T03:00:00.000Z'), { n: 4 }),
    ),
    asks: [
      {
        key,
        prefix: 3,
        t: at('2026-10-25T02:59:59.999Z'),
        expect: { sum: 1, since: 0 },
        why: 's = 24 October, 4:00 in summer time, 02:00 UTC',
      },
      {
        key,
        prefix: 3,
        t: at('2026-10-25T03:00:00.000Z'),
        expect: { sum: 7, since: 0 },
        why: 's = 25 October, 4:00 in winter time, 03:00 UTC; a job of no length is done at once',
      },
    ],
  },
  {
    name: 'scheduled each half hour, through the hour that comes twice',
    source: wide,
    group: powers({ kind: 'scheduled', schedule: cron('*/30 * * * *', 'Europe/London'), lasts: 0 }),
    log: history(
      ev(at('2026-10-25T00:30:00.000Z'), { n: 1 }),
      ev(at('2026-10-25T01:00:00.000Z'), { n: 2 }),
      ev(at('2026-10-25T01:30:00.000Z'), { n: 4 }),
    ),
    asks: [
      {
        key,
        prefix: 3,
        t: at('2026-10-25T01:29:59.999Z'),
        expect: { sum: 3, since: 0 },
        why: 's = 01:00 UTC, which clocks show as 1:00 for the second time',
      },
      {
        key,
        prefix: 3,
        t: at('2026-10-25T01:59:59.999Z'),
        expect: { sum: 7, since: 0 },
        why: 's = 01:30 UTC, 1:30 for the second time',
      },
    ],
  },
  {
    name: 'scheduled by a list of times of the day, of which one comes twice',
    source: wide,
    group: powers({ kind: 'scheduled', schedule: cron('0,30 1 * * *', 'Europe/London'), lasts: 0 }),
    log: history(
      ev(at('2026-10-25T00:30:00.000Z'), { n: 1 }),
      ev(at('2026-10-25T01:00:00.000Z'), { n: 2 }),
      ev(at('2026-10-26T01:00:00.000Z'), { n: 4 }),
    ),
    asks: [
      {
        key,
        prefix: 3,
        t: at('2026-10-25T23:59:59.999Z'),
        expect: { sum: 1, since: 0 },
        why: 's = 00:30 UTC, 1:30 for the first time',
      },
      {
        key,
        prefix: 3,
        t: at('2026-10-26T01:00:00.000Z'),
        expect: { sum: 7, since: 0 },
        why: 's = 26 October, 1:00, 01:00 UTC',
      },
    ],
  },
]
