/** The controls of each page for a person who may only read, and for one who may change the run. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { addToken } from '../../src/serve/access/token-file.ts'
import { scratchFolder } from '../scratch.ts'
import { Browser, type Page } from './browser.ts'
import { click, fill, payment, serveDashboard, until, untilText, type DashboardRun } from './dashboard-run.ts'
import { browserProgram } from './program.ts'

const program = browserProgram()
const skip = program ? false : 'there is no Chromium, and npm test could bring none'

/** A control that changes the run or its data. */
const CHANGE =
  /^(Retry|Drop|Start|Cancel|Train|Promote|Roll back|Reconcile|Acknowledge|Silence|Resolve|Replay|Save|Decide again|Rename|Choose)/

/** A page, a text that it has once it is read, and the changes that it offers to an operator. */
interface ControlledPage {
  readonly path: string
  readonly text: string
  readonly changes: readonly string[]
}

const pages: readonly ControlledPage[] = [
  { path: '', text: 'accepts events', changes: [] },
  { path: '/alerts', text: 'No alert fires', changes: [] },
  { path: '/sources', text: 'payments', changes: [] },
  { path: '/features/card_usual', text: 'hybrid', changes: [] },
  { path: '/decisions', text: 'newest decision', changes: [] },
  { path: '/actions', text: 'dead', changes: ['Drop …', 'Retry', 'Retry the dead one shown'] },
  { path: '/models', text: 'fraud', changes: [] },
  { path: '/runs', text: 'card_usual', changes: ['Reconcile now', 'Start batch run of card_usual'] },
  { path: '/audit', text: 'There is no report yet', changes: [] },
]

describe('the dashboard by roles', { skip, timeout: 120_000 }, () => {
  let run: DashboardRun
  const tokens = new Map<string, string>()
  before(async () => {
    const data = scratchFolder('dashboard-roles')
    const open = await serveDashboard(data)
    await open.call('POST', '/sources/payments/events', [payment(1, { amount: '500.00' })])
    await open.close()
    for (const [name, ...roles] of [
      ['reader', 'read'],
      ['operator', 'read', 'operate'],
    ] as const)
      tokens.set(name, addToken(data, name, roles, 0))
    run = await serveDashboard(data, { tokens: true })
  })
  after(() => run.close())

  /** The changes that the pages offer, by path. */
  async function changesFor(person: string): Promise<Record<string, readonly string[]>> {
    const browser = new Browser(program!)
    try {
      return await changesOf(await browser.page(), person)
    } finally {
      await browser.close()
    }
  }

  async function changesOf(page: Page, person: string): Promise<Record<string, readonly string[]>> {
    await page.resize(1280)
    await page.open(`${run.url}/ui`)
    await fill(page, 'Token', tokens.get(person)!)
    await click(page, 'Sign in')
    await untilText(page, 'accepts events')
    const found: [string, readonly string[]][] = []
    for (const { path, text } of pages) {
      await page.open(`${run.url}/ui${path}`)
      await untilText(page, text)
      found.push([path, await shownChanges(page)])
    }
    return Object.fromEntries(found)
  }

  async function shownChanges(page: Page): Promise<string[]> {
    await until(page, `!document.body.innerText.includes('Reading ')`)
    const buttons = await page.evaluate<string[]>(
      `[...document.querySelectorAll('main button')].filter(one => one.checkVisibility()).map(one => one.textContent.trim().replace(/\\s+/g, ' '))`,
    )
    return [...new Set(buttons.filter(text => CHANGE.test(text)))].sort()
  }

  test('a reader is offered no change on any page', async () => {
    assert.deepEqual(await changesFor('reader'), Object.fromEntries(pages.map(({ path }) => [path, []])))
  })

  test('an operator is offered those of each page', async () => {
    assert.deepEqual(await changesFor('operator'), Object.fromEntries(pages.map(({ path, changes }) => [path, changes])))
  })
})
