/** Like the fraud example as it ran: in dollars, with measured stages, a proposed plan and the edits that make it. */
import type { AuditReport } from '../../../src/audit/report/audit-report.ts'
import { fraudCosts, fraudPlans } from './fraud-plans.ts'
import { DAY, estimate, hash, HOUR, MINUTE, nightly, older, performed, rung, SECOND, utc } from './parts.ts'

const now = performed(27_801, 412, 0.61, 0.91, 0.907)
const noRefit = { why: 'It changes no feature, so nothing is trained anew.' }

export const fraudReport: AuditReport = {
  format: 'spillway-audit/1',
  pipeline: 'fraud',
  fingerprint: hash('09c4'),
  model: 'fraud',
  incidentModel: {
    text: 'champion version 7 for the last 98,120 of 811,333 judged decisions; the earlier ones, which it was trained on: the model trained as of each time by its schedule (Mondays at 00:00), 13 trainings',
    trainings: 13,
    champion: { version: 7, decisions: 98_120 },
  },
  answer: [
    'fraud: keep the counts of the last minutes streaming and the decision inline; move "card_usual" to a nightly batch.',
    'That saves $214 [$61, $402] a month. Deciding after the fact would lose $19,073 a week, a quarter of an hour of lag $2,822.',
  ],
  history: {
    from: utc('2026-03-02'),
    until: utc('2026-09-01'),
    weeks: 26.1,
    events: 1_754_155,
    decisions: 1_754_155,
    labelled: 1_688_410,
    positive: 14_681,
    notEligible: 0,
    unknown: 65_745,
    censored: 4_120,
    undone: { count: 41, positive: 22, hidden: 4_079, weight: [100, 100], effective: 41, isUsed: false },
    blocks: {
      train: { decisions: 701_662, from: utc('2026-03-02'), until: utc('2026-05-14') },
      tune: { decisions: 175_415, from: utc('2026-05-21'), until: utc('2026-06-08') },
      select: { decisions: 405_300, from: utc('2026-06-15'), until: utc('2026-07-24') },
      report: { decisions: 406_033, from: utc('2026-07-31'), until: utc('2026-09-01') },
    },
    clusters: [
      { name: 'card', count: 4_981, effective: 2_210.4 },
      { name: 'terminal', count: 9_870, effective: 812.9 },
      { name: 'day', count: 91, effective: 88.1 },
    ],
  },
  utility: {
    name: 'fraud stopped, less what wrong declines cost',
    unit: '$',
    basis:
      "an action stops its key for 1 day; each event that it stops saves the dollars of its 'amount' if that was right, and costs $10 if it was wrong",
    dollars: 1,
    budget: 0.006,
    threshold: 0.9,
    thresholdFrom: "the action's own",
    now,
  },
  stages: {
    decisions: 148_210,
    from: utc('2026-08-25'),
    until: utc('2026-09-01'),
    stages: [
      { stage: 'ingestion', p50: 1.9, p95: 4.2, p99: 9.8, critical: 0.31, p99IfTenth: 14.1 },
      { stage: 'features', p50: 0.2, p95: 0.4, p99: 0.9, critical: 0.004, p99IfTenth: 21.9 },
      { stage: 'inference', p50: 0.04, p95: 0.06, p99: 0.11, critical: 0, p99IfTenth: 22.1 },
      { stage: 'action queue', p50: 0.1, p95: 0.3, p99: 1.2, critical: 0.02, p99IfTenth: 21.4 },
      { stage: 'action delivery', p50: 2.4, p95: 6.6, p99: 11.3, critical: 0.52, p99IfTenth: 12.6 },
      { stage: 'action acknowledgement', p50: 1.1, p95: 2, p99: 4.1, critical: 0.146, p99IfTenth: 19.8 },
    ],
    whole: { p50: 5.9, p95: 12.8, p99: 22.3 },
    deadline: { ms: 100, met: 0.9997 },
  },
  elements: [
    {
      element: 'ingestion',
      kind: 'ingestion',
      title: 'ingestion',
      now: { setting: { kind: 'now' }, title: 'stream', age: { p50: 1.9, p95: 4.2, from: 'measured' } },
      rungs: [
        rung({ kind: 'faster', part: 0.1 }, 0.2, now, { frozen: estimate(0, 0, 0), refit: estimate(0, 0, 0) }, { literal: '−90 %' }),
        rung(
          { kind: 'every', every: 5 * MINUTE },
          150 * SECOND,
          performed(6_120, 377, 0.34, 0.51, 0.71),
          { frozen: estimate(-21_681, -27_020, -15_880), refit: noRefit },
          { literal: 'next schedule' },
        ),
      ],
      knee: { age: 5 * SECOND, loss: 35 },
      refitKnee: noRefit,
      verdict: { choice: 'stream', why: 'With files each 5 min no payment could be declined in its own answer.' },
      marks: ['ok', 'collapse'],
    },
    {
      element: 'group/card_now',
      kind: 'group',
      title: 'card_now (counts and sums, 1 to 60 min)',
      now: { setting: { kind: 'stream' }, title: 'stream', age: { p50: 2.1, p95: 4.6, from: 'measured' } },
      rungs: [
        rung(older(5 * SECOND), 5 * SECOND, performed(27_899, 415, 0.61, 0.89, 0.9), {
          frozen: estimate(98, -35, 254),
          budget: estimate(91, -40, 240),
          refit: estimate(102, -61, 270),
        }),
        rung(older(MINUTE), MINUTE, performed(27_781, 398, 0.6, 0.69, 0.823), {
          frozen: estimate(-20, -592, 625),
          budget: estimate(-61, -640, 570),
          refit: estimate(44, -601, 702),
        }),
        rung(
          older(5 * MINUTE),
          5 * MINUTE,
          performed(26_830, 371, 0.52, 0.22, 0.669),
          { frozen: estimate(-971, -1_949, -85), budget: estimate(-1_002, -1_990, -101), refit: estimate(-640, -1_320, 260) },
          { effect: { leaveOneOut: [-1_101, -802], worstWeek: -6_240, slices: [{ name: 'the attack of 11 July', aWeek: -9_870 }] } },
        ),
        rung(
          older(15 * MINUTE),
          15 * MINUTE,
          performed(24_979, 360, 0.48, 0.12, 0.646),
          { frozen: estimate(-2_822, -4_551, -1_289), budget: estimate(-2_790, -4_490, -1_240), refit: estimate(-2_104, -3_702, -702) },
          { effect: { leaveOneOut: [-3_010, -2_511], worstWeek: -11_980, slices: [{ name: 'the attack of 11 July', aWeek: -14_020 }] } },
        ),
        rung(
          nightly,
          14 * HOUR,
          performed(24_102, 352, 0.47, 0.11, 0.641),
          { frozen: estimate(-3_699, -5_702, -1_811), refit: estimate(-2_980, -4_820, -1_204) },
          { literal: 'next schedule' },
        ),
      ],
      knee: { age: MINUTE, loss: 592 },
      refitKnee: { age: 5 * MINUTE, loss: 1_320 },
      verdict: { choice: 'stream', why: 'Bursts of test payments are over within minutes: at 15 min 12 of 100 are still found.' },
      marks: ['ok', 'ok', 'may lose', 'collapse', 'collapse'],
    },
    {
      element: 'group/card_usual',
      kind: 'group',
      title: 'card_usual (30 days mean and count)',
      now: { setting: { kind: 'stream' }, title: 'stream', age: { p50: 2.1, p95: 4.6, from: 'measured' } },
      rungs: [
        rung(older(HOUR), HOUR, now, { frozen: estimate(4, -61, 72), refit: estimate(7, -70, 84) }),
        rung(
          nightly,
          14 * HOUR,
          performed(27_640, 409, 0.61, 0.92, 0.904),
          { frozen: estimate(-161, -902, 590), refit: estimate(12, -390, 404) },
          { literal: 'next schedule' },
        ),
        rung(older(7 * DAY), 7 * DAY, performed(27_022, 405, 0.6, 0.9, 0.889), {
          frozen: estimate(-779, -1_560, -30),
          refit: estimate(-402, -1_100, 320),
        }),
      ],
      knee: { age: 14 * HOUR, loss: 902 },
      refitKnee: { age: 7 * DAY, loss: 1_100, beyond: true },
      verdict: { choice: 'batch 1 day', why: 'What is usual for a card over 30 days does not move in a day.' },
      marks: ['ok', 'ok', 'may lose'],
    },
    {
      element: 'groups',
      kind: 'groups',
      title: 'all streamed groups (card_now, card_usual)',
      groups: ['card_now', 'card_usual'],
      now: { setting: { kind: 'now' }, title: 'stream', age: null },
      rungs: [
        rung(older(MINUTE), MINUTE, performed(27_790, 398, 0.6, 0.69, 0.822), {
          frozen: estimate(-11, -601, 640),
          budget: estimate(-60, -651, 580),
          refit: estimate(40, -622, 711),
        }),
        rung(older(HOUR), HOUR, performed(24_377, 349, 0.46, 0.11, 0.64), {
          frozen: estimate(-3_424, -5_560, -1_640),
          budget: estimate(-3_390, -5_480, -1_602),
          refit: estimate(-3_020, -4_871, -1_290),
        }),
        rung(
          nightly,
          14 * HOUR,
          performed(22_890, 340, 0.44, 0.1, 0.61),
          { frozen: estimate(-4_911, -7_040, -2_822), refit: estimate(-4_360, -6_202, -2_490) },
          { literal: 'next schedule' },
        ),
      ],
      knee: { age: MINUTE, loss: 601 },
      refitKnee: { age: MINUTE, loss: 622 },
      verdict: {
        choice: 'by the plan',
        why: 'a plan sets each of these groups by itself: the one that is proposed runs "card_usual" as batch 1 day, and leaves the others as they run',
      },
      marks: ['ok', 'may lose', 'collapse'],
    },
    {
      element: 'action',
      kind: 'action',
      title: 'action decline',
      now: { setting: { kind: 'inline' }, title: 'inline', age: { p50: 3.6, p95: 8.1, from: 'measured' } },
      rungs: [
        rung({ kind: 'async' }, 200, performed(8_728, 412, 0.61, 0.81, 0.907), {
          frozen: estimate(-19_073, -26_163, -12_001),
          refit: noRefit,
        }),
        rung({ kind: 'digest', every: DAY }, 12 * HOUR, performed(1_120, 412, 0.61, 0.12, 0.907), {
          frozen: estimate(-26_681, -33_010, -20_440),
          refit: noRefit,
        }),
      ],
      knee: { why: 'Every age that was tried loses something' },
      refitKnee: noRefit,
      verdict: { choice: 'inline', why: 'Only an inline decision stops the payment that it is about.' },
      marks: ['collapse', 'collapse'],
    },
    {
      element: 'training',
      kind: 'training',
      title: 'training',
      now: { setting: { kind: 'every', every: 7 * DAY }, title: 'every week', age: { p50: 3.5 * DAY, p95: 6.6 * DAY, from: 'measured' } },
      rungs: [
        rung({ kind: 'every', every: DAY }, 12 * HOUR, now, { frozen: noRefit, refit: estimate(41, -212, 300) }, { literal: '−90 %' }),
        rung(
          { kind: 'every', every: 28 * DAY },
          14 * DAY,
          performed(27_480, 418, 0.6, 0.9, 0.901),
          { frozen: noRefit, refit: estimate(-318, -720, 92) },
          { literal: 'next schedule' },
        ),
      ],
      knee: { why: 'the age of a model is planned, and no accident' },
      refitKnee: { age: 14 * DAY, loss: 720, beyond: true },
      verdict: { choice: 'undecided', why: 'Three trainings in the judged part are too few.', moreWeeks: 31 },
      marks: ['ok', 'ok'],
    },
  ],
  costs: fraudCosts,
  plans: fraudPlans,
  findings: [
    { kind: 'wasted', element: 'group/card_usual', text: 'It streams, and nothing that reads it tells a day-old copy from a fresh one.' },
    { kind: 'queued', element: 'action', text: 'Delivery takes longest in 52 of 100 decisions, longer than all that comes before.' },
  ],
  caveats: [
    '4,120 labels are not known since a card was blocked: if all of them were fraud, the net would be $260 a month, if none, $190.',
    'The attack of 11 July carries a third of what fresh counts are worth.',
    'A wrong decline is taken to cost $10.',
  ],
  assumptions: [
    'A decline blocks the card for 24 h.',
    'Cards do what they did, whatever is decided: who is declined does not try another card.',
    'Prices are list prices of one cloud; your contract may differ.',
  ],
  reproduce: {
    command: 'spillway audit examples/fraud/fraud.ts --data data --prices prices.json --seed 7',
    version: '0.1.0',
    seed: 7,
    draws: 1000,
    decisions: hash('77aa'),
    definitions: hash('1b2e'),
  },
}
