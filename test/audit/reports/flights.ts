/**
 * A report like that of the flights: a caught late arrival has no price, so there is no verdict in dollars; a replay of files, so there are
 * no stages.
 */
import { DAY, estimate, hash, HOUR, MINUTE, nightly, older, performed, range, sweepLevel, utc, line, withSummary } from './parts.ts'

const now = performed(4130, 8790, 0.47, 0.31, 0.689)
const notObservable = 'Arrival was not recorded in these files: events arrive when they happen.'

const sameCost = {
  firstYear: range(410, 690, 1240),
  steadyYear: range(310, 520, 900),
  lines: [
    line('slots', 'always-on slots', range(22, 31, 40), 'measured', '0.5 cores × 730 h × $0.0850'),
    line('broker', 'broker', range(90, 160, 260), 'modelled', '3 brokers, 1 partition each'),
    line('state', 'state and snapshots', range(1.2, 2.4, 4.1), 'measured', '24 MB × $0.10 a GB a month'),
    line('people', 'pages answered', range(196.8, 326.6, 595.9), 'modelled', '4 pages a year × 6 h × $95', range(296.8, 496.6, 935.9)),
  ],
}

export const flightsReport = withSummary({
  format: 'spillway-audit/3',
  pipeline: 'flights',
  fingerprint: hash('a3f9'),
  model: 'late',
  history: {
    from: utc('2001-01-01'),
    until: utc('2001-07-02'),
    weeks: 26,
    events: 5_941_220,
    decisions: 2_970_610,
    labelled: 2_970_402,
    positive: 611_903,
    notEligible: 0,
    unknown: 208,
    censored: 0,
    blocks: {
      train: { decisions: 1_188_244, from: utc('2001-01-01'), until: utc('2001-03-15') },
      tune: { decisions: 297_061, from: utc('2001-03-16'), until: utc('2001-04-02') },
      select: { decisions: 742_652, from: utc('2001-04-03'), until: utc('2001-05-17') },
      report: { decisions: 742_653, from: utc('2001-05-18'), until: utc('2001-07-02') },
    },
    clusters: [
      { name: 'destination', count: 229, effective: 50.2 },
      { name: 'day', count: 91, effective: 90.4 },
    ],
  },
  utility: {
    name: 'late arrivals caught',
    unit: 'late arrivals',
    basis: 'each of the late arrivals counts once, if its first action is done by the time it happens',
    budget: 0.1,
    threshold: 0.3412,
    thresholdFrom: 'the part of decisions that may act, on the block in between',
    now,
    retrained: now,
    unjudged: 0,
  },
  stages: { why: 'This audit replayed files; stages are measured on decisions that ran.' },
  elements: [
    {
      element: 'ingestion',
      kind: 'ingestion',
      title: 'ingestion',
      now: { setting: { kind: 'now' }, title: 'as it runs', age: null },
      levels: [],
      notObservable,
      incidentThreshold: { why: 'Nothing was tried.' },
      plannedThreshold: { why: 'Nothing was tried.' },
      verdict: { choice: 'not observable in this history', why: notObservable },
      marks: [],
    },
    {
      element: 'group/landings',
      kind: 'group',
      title: 'landings (1 h mean)',
      now: { setting: { kind: 'stream' }, title: 'stream', age: { p50: 0, p95: 0, from: 'by its placement' } },
      levels: [
        sweepLevel(older(5 * MINUTE), 5 * MINUTE, performed(4118, 8802, 0.47, 0.31, 0.688), {
          withoutRetraining: estimate(-12.1, -31, 7.2),
          budget: estimate(-14.5, -33, 4.3),
          withRetraining: estimate(-9.7, -30.2, 11.4),
        }),
        sweepLevel(older(15 * MINUTE), 15 * MINUTE, performed(4006, 8770, 0.46, 0.3, 0.686), {
          withoutRetraining: estimate(-124, -154, -95),
          budget: estimate(-119, -150, -91),
          withRetraining: estimate(-88, -121, -52),
        }),
        sweepLevel(
          older(HOUR),
          HOUR,
          performed(3659, 8610, 0.45, 0.27, 0.676),
          { withoutRetraining: estimate(-471, -541, -394), budget: estimate(-440, -512, -371), withRetraining: estimate(-312, -388, -240) },
          { effect: { leaveOneOut: [-502, -431], worstWeek: -1240, slices: [{ name: 'Easter week', perWeek: -702 }] } },
        ),
        sweepLevel(older(3 * HOUR), 3 * HOUR, performed(2863, 7930, 0.36, 0.21, 0.655), {
          withoutRetraining: estimate(-1267, -1491, -1050),
          budget: estimate(-1120, -1330, -930),
          withRetraining: estimate(-702, -890, -522),
        }),
        sweepLevel(
          nightly,
          14 * HOUR,
          performed(2790, 8012, 0.35, 0.2, 0.648),
          {
            withoutRetraining: estimate(-1340, -1780, -902),
            withRetraining: { why: 'Trained placements need two weeks of runs; this sweep had one.' },
          },
          { literal: 'next schedule' },
        ),
        sweepLevel(
          older(DAY),
          DAY,
          performed(2751, 8590, 0.32, 0.2, 0.645),
          {
            withoutRetraining: estimate(-1379, -1897, -833),
            budget: estimate(-1344, -1830, -811),
            withRetraining: estimate(-651, -1002, -310),
          },
          { effect: { leaveOneOut: [-1432, -1204], worstWeek: -2410 } },
        ),
      ],
      incidentThreshold: { age: 15 * MINUTE, loss: 154 },
      plannedThreshold: { age: 15 * MINUTE, loss: 121 },
      verdict: {
        choice: 'stream',
        why: 'An hour costs 471 late arrivals a week, a nightly copy a third of what is caught.',
        breakEven: estimate(0.09, 0.06, 0.17),
      },
      marks: ['ok', 'ok', 'may lose', 'collapse', 'collapse', 'collapse'],
    },
    {
      element: 'group/usual',
      kind: 'group',
      title: 'usual (28 days mean by carrier)',
      now: { setting: { kind: 'stream' }, title: 'stream', age: { p50: 0, p95: 0, from: 'by its placement' } },
      levels: [
        sweepLevel(older(HOUR), HOUR, now, { withoutRetraining: estimate(0.4, -2.1, 2.9), withRetraining: estimate(0.1, -3.2, 3.4) }),
        sweepLevel(
          nightly,
          14 * HOUR,
          performed(4131.2, 8801, 0.47, 0.31, 0.689),
          { withoutRetraining: estimate(1.2, -6.3, 8.9), withRetraining: estimate(0.7, -7.4, 8.8) },
          { literal: 'next schedule' },
        ),
        sweepLevel(older(7 * DAY), 7 * DAY, performed(4101, 8790, 0.47, 0.31, 0.688), {
          withoutRetraining: estimate(-29, -61, 2.4),
          withRetraining: estimate(-11.1, -40.2, 18.3),
        }),
      ],
      incidentThreshold: { age: 7 * DAY, loss: 61, beyond: true },
      plannedThreshold: { age: 7 * DAY, loss: 40.2, beyond: true },
      verdict: { choice: 'batch 1 day', why: 'A nightly copy changes nothing that this history can tell from nothing.' },
      marks: ['ok', 'ok', 'ok'],
    },
    {
      element: 'inference',
      kind: 'inference',
      title: 'inference',
      now: { setting: { kind: 'now' }, title: 'on event', age: { p50: 0, p95: 0, from: 'by its placement' } },
      levels: [
        sweepLevel({ kind: 'every', every: HOUR }, 30 * MINUTE, performed(2210, 4400, 0.47, 0.16, 0.689), {
          withoutRetraining: estimate(-1920, -2003, -1844),
          withRetraining: { why: 'A cadence of inference changes no feature, so nothing is trained anew.' },
        }),
      ],
      incidentThreshold: { why: 'Every age that was tried loses something' },
      plannedThreshold: { why: 'A cadence of inference changes no feature, so nothing is trained anew.' },
      verdict: { choice: 'on event', why: 'A departure that is scored within the hour has often left.' },
      marks: ['collapse'],
    },
  ],
  costs: {
    prices: 'prices.json',
    now: sameCost,
    proposed: sameCost,
    taxes: { staleness: { why: 'No price of a caught late arrival was given.' }, streaming: range(280, 410, 700) },
  },
  plans: {
    now: [
      { element: 'group/landings', title: 'stream' },
      { element: 'group/usual', title: 'stream' },
      { element: 'inference', title: 'on event' },
    ],
    proposed: [
      { element: 'group/landings', title: 'stream' },
      { element: 'group/usual', title: 'stream' },
      { element: 'inference', title: 'on event' },
    ],
    decision: 'no dollar verdict',
    compared: 4,
    evaluated: 4,
    marginal: [],
    others: [
      {
        changes: [{ element: 'group/usual', title: 'nightly at 02:00, 2 h' }],
        cost: range(302, 505, 880),
        net: { why: 'No price of a caught late arrival was given.' },
      },
    ],
    edits: [],
    byHand: [],
  },
  findings: [],
  caveats: [
    '182 days, one season: what a winter does to it is not known.',
    'The threshold is fixed: at an age of 3 h it acts on 10 % fewer flights.',
    '208 labels were not yet known when the history ended.',
  ],
  assumptions: [
    'Airports and passengers do what they did, whatever is decided.',
    'A landing is known at its airport 30 min after the flight time by distance at 800 km/h.',
  ],
  reproduce: {
    command:
      'spillway audit examples/flights/flights.ts --source departures=flights-3m.parquet --source landings=flights-3m.parquet --seed 1',
    version: '0.1.0',
    seed: 1,
    draws: 1000,
    decisions: hash('5bd0'),
    definitions: hash('e17c'),
  },
})
