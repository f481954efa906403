/** The page of an audit as people see it: wide, on a phone, in dark mode, on paper. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { scratchFolder } from '../scratch.ts'
import type { AuditReport } from '../../src/audit/domain/audit-report.ts'
import { writeAuditReport } from '../../src/audit/write-report.ts'
import { flightsReport } from '../audit/reports/flights.ts'
import { fraudReport } from '../audit/reports/fraud.ts'
import { patientsReport } from '../audit/reports/patients.ts'
import { Browser, type Page } from './browser.ts'
import { contrasts, outside, overlapping } from './look.ts'
import { browserProgram } from './program.ts'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
/** Opens everything that is folded. */
const unfold = `document.querySelectorAll('details').forEach(details => (details.open = true))`
/** Broken rules of WCAG 2.2 and of good practice, each with the first place. */
const violations = `axe.run().then(({ violations }) => violations.map(({ id, nodes }) => id + ': ' + nodes[0].html))`

const program = browserProgram()
const skip = program ? false : 'there is no Chromium, and npm test could bring none'
const CONTRAST_MIN = 4.5
/** Names without a place for a line break. */
const long = 'n'.repeat(90)
const longReport: AuditReport = {
  ...fraudReport,
  pipeline: long,
  summary: { ...fraudReport.summary, recommendation: long, reason: long },
  elements: fraudReport.elements.map(element => ({ ...element, title: long, verdict: { ...element.verdict, why: long } })),
  plans: { ...fraudReport.plans, edits: [{ file: long, line: 1, before: long, after: long }] },
  caveats: [long],
}
const reports: readonly (readonly [string, AuditReport])[] = [
  ['flights', flightsReport],
  ['fraud', fraudReport],
  ['patients', patientsReport],
  ['long names', longReport],
]

describe('the page of an audit', { skip, timeout: 120_000 }, () => {
  let browser: Browser
  let folder: string
  before(() => {
    folder = scratchFolder('page')
    browser = new Browser(program!)
  })
  after(async () => {
    await browser.close()
  })

  async function openPage(name: string, report: AuditReport, width: number): Promise<{ page: Page; url: string }> {
    const { page: path } = writeAuditReport(report, join(folder, name))
    const page = await browser.page()
    await page.resize(width)
    const url = pathToFileURL(path).href
    await page.open(url)
    return { page, url }
  }

  for (const [name, report] of reports)
    for (const width of [360, 1280])
      test(`${name} at ${width} px: no request, no console message, nothing cut off or overlapping`, async () => {
        const { page, url } = await openPage(name, report, width)
        assert.equal(await page.evaluate('innerWidth'), width)
        assert.equal(await page.evaluate('document.documentElement.scrollWidth'), width)
        assert.deepEqual(await page.evaluate(outside), [])
        assert.deepEqual(await page.evaluate(overlapping), [])
        assert.deepEqual(page.complaints, [])
        assert.deepEqual(
          page.requests.filter(address => address !== 'data:,'),
          [url],
        )
      })

  test('its content security policy blocks a request by a script', async () => {
    const { page } = await openPage('policy', flightsReport, 1280)
    await page.evaluate(`fetch('http://127.0.0.1:9/').catch(() => {})`)
    assert.match(page.complaints.join('\n'), /Content Security Policy/)
  })

  for (const [name, report] of reports)
    for (const how of [{ scheme: 'light' }, { scheme: 'dark' }, { media: 'print' }, { scheme: 'dark', media: 'print' }] as const)
      test(`${name}, ${Object.values(how).join(' ')}: every text has enough contrast`, async () => {
        const { page } = await openPage(name, report, 1000)
        await page.as(how)
        await page.evaluate(unfold)
        const { texts, low, paper } = await page.evaluate<{ texts: number; low: string[]; paper: string }>(contrasts(CONTRAST_MIN))
        assert.ok(texts > 100)
        assert.deepEqual(low, [])
        const isDark = 'scheme' in how && how.scheme === 'dark' && !('media' in how)
        const isPaper = 'media' in how
        assert.equal(paper, isDark ? 'rgb(20, 22, 26)' : isPaper ? 'rgb(255, 255, 255)' : 'rgb(251, 250, 247)')
      })

  for (const [name, report] of reports)
    for (const width of [390, 1280])
      test(`${name} at ${width} px, folded and unfolded: no violation of accessibility rules`, async () => {
        const { page } = await openPage(name, report, width)
        await page.evaluate(axe)
        for (const scheme of ['light', 'dark'] as const) {
          await page.as({ scheme })
          assert.deepEqual(await page.evaluate(violations), [], scheme)
        }
        await page.evaluate(unfold)
        assert.deepEqual(await page.evaluate(violations), [], 'unfolded')
        assert.equal(await page.evaluate('document.documentElement.scrollWidth'), width)
        assert.deepEqual(await page.evaluate(overlapping), [])
      })

  test('it prints on at most four pages, with the wide pictures', async () => {
    const { page } = await openPage('paper', fraudReport, 360)
    assert.equal(await page.evaluate(isShown('svg.narrow')), true)
    await page.as({ media: 'print' })
    const pdf = (await page.pdf()).toString('latin1')
    assert.equal(pdf.slice(0, 5), '%PDF-')
    const pages = [...pdf.matchAll(/\/Type\s*\/Page\b/g)].length
    assert.ok(pages >= 1 && pages <= 4, `${pages} pages`)
    assert.equal(await page.evaluate(isShown('svg.narrow')), false)
    assert.equal(await page.evaluate(isShown('svg.wide')), true)
  })

  test('a name that contains markup is shown as text', async () => {
    const { page } = await openPage('named', patientsReport, 1280)
    assert.equal(await page.evaluate('document.scripts.length'), 0)
    assert.match(await page.evaluate('document.body.textContent'), /<script>alert\(1\)<\/script> \(30\smin level, slope & lowest\)/)
  })
})

const isShown = (selector: string): string => `getComputedStyle(document.querySelector(${JSON.stringify(selector)})).display !== 'none'`
