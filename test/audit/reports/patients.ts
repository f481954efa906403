/** Nine patients: too few to decide anything, and the report says so. No prices either. Names and texts hold what a page must not obey. */
import type { AuditReport } from '../../../src/audit/report/audit-report.ts'
import { DAY, hash, HOUR, MINUTE, older, performed, rung, utc } from './parts.ts'

const now = performed(3.1, 21.4, 0.14, 0.4, 0.903)
const few = { why: '9 patients are worth 6.2 independent ones: below 20 no interval is believed.' }

export const patientsReport: AuditReport = {
  format: 'spillway-audit/1',
  pipeline: 'dubosson <b>&"x"',
  fingerprint: hash('c0de'),
  model: 'hypo',
  answer: ['Nothing can be decided: 9 patients, no verdict.', 'About 46 weeks more of as many patients would decide, or two months of 40.'],
  history: {
    from: utc('2014-10-01'),
    until: utc('2014-10-13'),
    weeks: 1.7,
    events: 8_961,
    decisions: 8_870,
    labelled: 8_412,
    positive: 96,
    notEligible: 388,
    unknown: 70,
    censored: 0,
    blocks: {
      train: { decisions: 3_548, from: utc('2014-10-01'), until: utc('2014-10-05') },
      tune: { decisions: 887, from: utc('2014-10-06'), until: utc('2014-10-07') },
      select: { decisions: 2_210, from: utc('2014-10-07'), until: utc('2014-10-10') },
      report: { decisions: 2_225, from: utc('2014-10-10'), until: utc('2014-10-13') },
    },
    clusters: [{ name: 'patient', count: 9, effective: 6.2 }],
  },
  utility: {
    name: 'minutes of notice',
    unit: 'min',
    basis: 'of lows each counts the minutes from the first action about it until it happens',
    budget: 0.03,
    threshold: 0.0871,
    thresholdFrom: 'the part of decisions that may act, on the block in between',
    now,
  },
  stages: { why: 'This audit replayed files; stages are measured on decisions that ran.' },
  elements: [
    {
      element: 'ingestion',
      kind: 'ingestion',
      title: 'ingestion',
      now: { setting: { kind: 'now' }, title: 'as it runs', age: null },
      rungs: [],
      notObservable: 'Arrival was not recorded.',
      knee: { why: 'Nothing was tried.' },
      verdict: { choice: 'not observable in this history', why: 'Arrival was not recorded.' },
      marks: [],
    },
    {
      element: 'group/<script>alert(1)</script>',
      kind: 'group',
      title: '<script>alert(1)</script> (30 min level, slope & lowest)',
      now: { setting: { kind: 'stream' }, title: 'stream', age: { p50: 0, p95: 0, from: 'by its placement' } },
      rungs: [
        rung(older(5 * MINUTE), 5 * MINUTE, performed(2.7, 20.9, 0.13, 0.35, 0.89), { frozen: few, refit: few }),
        rung(older(HOUR), HOUR, { aWeek: 1.1, actionsAWeek: 0, precision: null, recall: null, auc: null }, { frozen: few, refit: few }),
      ],
      knee: few,
      verdict: { choice: 'undecided', why: few.why, moreWeeks: 45.2 },
      marks: [null, null],
    },
    {
      element: 'action',
      kind: 'action',
      title: 'action page-clinician',
      now: { setting: { kind: 'async' }, title: 'asynchronous', age: { p50: 3 * MINUTE, p95: 3 * MINUTE, from: 'by its placement' } },
      rungs: [rung({ kind: 'digest', every: DAY }, 12 * HOUR, now, { frozen: few, refit: few })],
      knee: few,
      verdict: { choice: 'undecided', why: few.why },
      marks: [null],
    },
  ],
  costs: { why: 'No prices were given: name a file with --prices.' },
  plans: {
    now: [{ element: 'action', title: 'asynchronous' }],
    proposed: [{ element: 'action', title: 'asynchronous' }],
    decision: 'undecided',
    compared: 0,
    marginal: [],
    edits: [],
  },
  findings: [],
  caveats: ['9 patients: no verdict.', '12 days: what a week-old model loses cannot be seen.', 'Research software, not a medical device.'],
  assumptions: [],
  reproduce: {
    command: "spillway audit dubosson.ts --history 'readings=<files>' --seed 1",
    version: '0.1.0',
    seed: 1,
    draws: 1000,
    decisions: hash('d00d'),
    definitions: hash('beef'),
  },
}
