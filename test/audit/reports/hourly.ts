/** The report of the flights with `landings` in hourly batch runs: its streamed level is fresher than now, and each older one loses for certain. */
import { flightsReport } from './flights.ts'
import { estimate, HOUR, MINUTE, nightly, older, performed, sweepLevel, withSummary } from './parts.ts'

const [ingestion, landings, ...others] = flightsReport.elements

export const hourlyReport = withSummary({
  ...flightsReport,
  elements: [
    ingestion,
    {
      ...landings,
      now: {
        setting: { kind: 'now' },
        title: 'every hour',
        age: { p50: 30 * MINUTE, p95: 57 * MINUTE, max: HOUR, from: 'by its placement' },
      },
      levels: [
        sweepLevel(
          { kind: 'stream' },
          0,
          performed(4620, 8800, 0.5, 0.34, 0.7),
          { withoutRetraining: estimate(490, 400, 580), withRetraining: estimate(413, 330, 500) },
          { title: 'streamed' },
        ),
        sweepLevel(older(15 * MINUTE), 45 * MINUTE, performed(3659, 8610, 0.45, 0.27, 0.676), {
          withoutRetraining: estimate(-471, -541, -394),
          withRetraining: estimate(-413, -500, -330),
        }),
        sweepLevel(
          nightly,
          14 * HOUR,
          performed(2790, 8012, 0.35, 0.2, 0.648),
          { withoutRetraining: estimate(-1340, -1780, -902), withRetraining: estimate(-826, -1000, -702) },
          { literal: 'next schedule' },
        ),
      ],
      incidentThreshold: { why: 'at 15 min at least 394 late arrivals a week are lost' },
      plannedThreshold: { why: 'at 15 min at least 330 late arrivals a week are lost' },
      verdict: { choice: 'every hour', why: 'Later runs lose more than they save.' },
      marks: ['ok', 'loses', 'collapse'],
    },
    ...others,
  ],
})
