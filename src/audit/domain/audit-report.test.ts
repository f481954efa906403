import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Ajv2020 } from 'ajv/dist/2020.js'
import * as fc from 'fast-check'
import { flightsReport } from '../../../test/audit/reports/flights.ts'
import { fraudReport } from '../../../test/audit/reports/fraud.ts'
import { patientsReport } from '../../../test/audit/reports/patients.ts'
import { randomReport } from '../../../test/audit/reports/random.ts'
import { auditReportSchema, type AuditReport } from './audit-report.ts'
import { reportJson } from '../write-report.ts'

const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, strictTuples: false })
const validate = ajv.compile(auditReportSchema)

const faults = (report: unknown): string[] => {
  validate(JSON.parse(typeof report === 'string' ? report : JSON.stringify(report)))
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`)
}

test('the hand-written reports match the schema', () => {
  for (const report of [flightsReport, fraudReport, patientsReport]) assert.deepEqual(faults(reportJson(report)), [])
})

test('random reports match the schema', () => {
  fc.assert(
    fc.property(randomReport, report => {
      assert.deepEqual(faults(reportJson(report)), [])
    }),
    { numRuns: 50 },
  )
})

test('rejects other values', () => {
  const broken: readonly Partial<Record<keyof AuditReport, unknown>>[] = [
    { format: 'spillway-audit/1' },
    { summary: { recommendation: 'one line' } },
    { summary: { ...flightsReport.summary, confidence: { level: 'certain', reasons: [] } } },
    { more: 1 } as object,
    { plans: { ...flightsReport.plans, decision: 'maybe' } },
    { plans: { ...flightsReport.plans, edits: [{ file: 'a.ts', line: 0, before: '', after: '' }] } },
    { history: { ...flightsReport.history, events: 1.5 } },
    { utility: { ...flightsReport.utility, now: { ...flightsReport.utility.now, precision: 1.2 } } },
    { costs: {} },
  ]
  for (const change of broken) assert.notDeepEqual(faults({ ...flightsReport, ...change }), [], JSON.stringify(change).slice(0, 80))
  const { caveats: _, ...less } = flightsReport
  assert.deepEqual(faults(less), [" must have required property 'caveats'"])
})
