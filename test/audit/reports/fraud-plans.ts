/** Costs and plans of the fraud report. */
import type { CostPart, PlanPart } from '../../../src/audit/domain/audit-report.ts'
import { estimate, line, range } from './parts.ts'

export const fraudCosts: CostPart = {
  prices: 'prices.json (cloud list prices; spot for batch)',
  now: {
    firstYear: range(1_310, 2_204, 3_980),
    steadyYear: range(890, 1_490, 2_610),
    lines: [
      line('slots', 'always-on slots', range(62, 84, 130), 'measured', '1.1 cores ÷ 0.6 of use × 730 h × $0.0628'),
      line('broker', 'broker', range(210, 390, 610), 'modelled', '3 brokers × 730 h × $0.178'),
      line('state', 'state of three groups', range(3.1, 4.2, 6.9), 'measured', '1.4 GB × $0.10 × 3 copies × 10'),
      line('requests', 'requests', range(1.8, 2.2, 2.6), 'measured', '291,000 a month × $0.0000075'),
      line(
        'people',
        'people on call',
        range(613.1, 1_009.6, 1_860.5),
        'modelled',
        '4 pages a year × 6 h × $95 + on-call pay',
        range(1_033.1, 1_723.6, 3_230.5),
      ),
    ],
  },
  proposed: {
    firstYear: range(1_160, 1_990, 3_610),
    steadyYear: range(742, 1_276, 2_240),
    lines: [
      line('slots', 'always-on slots', range(41, 57, 88), 'measured', '0.74 cores ÷ 0.6 of use × 730 h × $0.0628'),
      line('slots', 'nightly batch, spot', range(0.9, 1.4, 2.2), 'measured', '30 runs × 3.1 min × 2 cores × $0.0188'),
      line('broker', 'broker', range(210, 390, 610), 'modelled', '3 brokers × 730 h × $0.178'),
      line('state', 'state of two groups', range(0.9, 1.2, 2), 'measured', '0.4 GB × $0.10 × 3 copies × 10'),
      line(
        'people',
        'people on call',
        range(489.2, 826.4, 1_537.8),
        'modelled',
        '3.2 pages a year × 6 h × $95 + on-call pay',
        range(907.2, 1_540.4, 2_907.8),
      ),
    ],
  },
  taxes: { staleness: range(0, 52, 640), streaming: range(148, 214, 370) },
}

export const fraudPlans: PlanPart = {
  now: [
    { element: 'ingestion', title: 'stream' },
    { element: 'group/card_now', title: 'stream' },
    { element: 'group/card_usual', title: 'stream' },
    { element: 'action', title: 'inline' },
    { element: 'training', title: 'every week' },
  ],
  proposed: [
    { element: 'ingestion', title: 'stream' },
    { element: 'group/card_now', title: 'stream' },
    { element: 'group/card_usual', title: 'nightly at 02:00, 2 h' },
    { element: 'action', title: 'inline' },
    { element: 'training', title: 'every week' },
  ],
  decision: 'change',
  net: estimate(214, 61, 402),
  compared: 24,
  evaluated: 20,
  marginal: [
    { element: 'group/card_now', title: 'nightly at 02:00, 2 h, added to the plan', net: estimate(-12_780, -20_510, -5_020) },
    { element: 'group/card_usual', title: 'nightly at 02:00, 2 h, by itself', net: estimate(209, 48, 411) },
    { element: 'group/card_usual', title: 'nightly at 02:00, 2 h, in the plan', net: estimate(214, 61, 402) },
    {
      element: 'action',
      title: 'asynchronous, added to the plan',
      net: { why: 'Whole plans with it were dropped early: each loses more than $50,000 a month.' },
    },
  ],
  others: [
    {
      changes: [
        { element: 'group/card_now', title: 'nightly at 02:00, 2 h' },
        { element: 'group/card_usual', title: 'nightly at 02:00, 2 h' },
      ],
      cost: range(96, 180, 402),
      net: estimate(-11_690, -19_402, -3_870),
    },
    {
      changes: [{ element: 'action', title: 'digest every day' }],
      cost: { why: 'Nothing was measured of digests.' },
      net: { why: 'Nothing was measured of digests.' },
    },
  ],
  edits: [
    {
      file: 'examples/fraud/fraud.ts',
      line: 38,
      before: '  place: stream,',
      after: "  place: batch('0 2 * * *', { lasts: '2h' }),",
    },
    {
      file: 'examples/fraud/fraud.ts',
      line: 5,
      before: "import { features, stream } from 'spillway'",
      after: "import { batch, features, stream } from 'spillway'",
    },
  ],
  byHand: [],
}
