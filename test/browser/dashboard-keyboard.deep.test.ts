/** The dashboard by key events alone: each page by its keys, and a dead letter that is opened, edited, kept, and replayed. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { scratchFolder } from '../scratch.ts'
import { Browser, type Page } from './browser.ts'
import { payment, press, serveDashboard, until, untilText, type DashboardRun } from './dashboard-run.ts'
import { browserProgram } from './program.ts'

const program = browserProgram()
const skip = program ? false : 'there is no Chromium, and npm test could bring none'

/** Pages by the second key of `g`, each with its title. */
const pages: readonly (readonly [key: string, path: string, title: string])[] = [
  ['e', '/alerts', 'Alerts'],
  ['s', '/sources', 'Sources'],
  ['f', '/features', 'Features'],
  ['d', '/decisions', 'Decisions'],
  ['a', '/actions', 'Actions'],
  ['l', '/dead-letters', 'Dead letters'],
  ['m', '/models', 'Models'],
  ['r', '/runs', 'Runs'],
  ['u', '/audit', 'Audit'],
  ['o', '', 'Overview'],
]

const STOPS_MAX = 100

/** Tabs until the focused element has a property. */
async function tabTo(page: Page, property: string, key = 'Tab'): Promise<void> {
  for (let i = 0; i < STOPS_MAX; i++) {
    if (await page.evaluate<boolean>(`Boolean(${property})`)) return
    await press(page, key)
  }
  assert.fail(`${key} does not reach ${property}; it is at ${await page.evaluate<string>('document.activeElement.outerHTML')}`)
}

const focusedText = (text: string): string => `document.activeElement.textContent.trim().startsWith(${JSON.stringify(text)})`

describe('the dashboard by keys alone', { skip, timeout: 120_000 }, () => {
  let browser: Browser
  let run: DashboardRun
  before(async () => {
    browser = new Browser(program!)
    run = await serveDashboard(scratchFolder('dashboard-keyboard'))
    await run.call('POST', '/sources/payments/events', [payment(1), payment('typed', { amount: 'much' })])
  })
  after(async () => {
    await browser.close()
    await run.close()
  })

  async function openOverview(): Promise<Page> {
    const page = await browser.page()
    await page.resize(1280)
    await page.open(`${run.url}/ui`)
    await untilText(page, 'card_usual')
    return page
  }

  test('g and a second key open each page, with the focus in it', async () => {
    const page = await openOverview()
    for (const [key, path, title] of pages) {
      await press(page, 'g', key)
      await until(page, `location.pathname === '/flow/ui${path}' && document.title.startsWith(${JSON.stringify(title)})`)
      await until(page, `document.activeElement.id === 'main'`)
    }
  })

  test('a dead letter is opened, edited, nearly dropped, and replayed', async () => {
    const page = await openOverview()
    await press(page, 'g', 'l')
    await until(page, `document.querySelector('main h1').textContent === 'Dead letters' && document.querySelector('main [data-row]')`)
    await press(page, 'j', 'Enter')
    await untilText(page, 'needs a decimal number')
    await tabTo(page, `document.activeElement.id === 'field-amount'`)
    // Tab selects the text of a field, which the first letter replaces.
    await press(page, '7', '.', '5', '0')
    await until(page, `document.activeElement.value === '7.50'`)
    await tabTo(page, focusedText('Drop'))
    await press(page, 'Enter')
    await until(page, `document.querySelector('dialog[open]')?.contains(document.activeElement)`)
    await tabTo(page, `document.activeElement.matches('dialog[open] input')`)
    // Letters in a field are no commands.
    await press(page, 'g', 'o')
    await until(page, `document.activeElement.value === 'go'`)
    await press(page, 'Escape')
    await until(page, `!document.querySelector('dialog[open]') && ${focusedText('Drop')}`)
    assert.match(await page.evaluate('location.pathname'), /\/dead-letters\/\d+$/)
    await tabTo(page, focusedText('Save and replay'), 'Shift+Tab')
    await press(page, 'Enter')
    await untilText(page, '1 accepted.')
    const { decisions } = await run.call<{ decisions: { id: string; vector: { amount: number } }[] }>(
      'GET',
      '/decisions?model=fraud&limit=1',
    )
    assert.deepEqual([decisions[0].id, decisions[0].vector.amount], ['typed', 7.5])
    assert.deepEqual(page.complaints, [])
  })

  test('a dead effect is tried again, and a batch run is started', async () => {
    await run.call('POST', '/sources/payments/events', [payment('large', { amount: '500.00' })])
    const page = await openOverview()
    await press(page, 'g', 'a')
    await until(page, `[...document.querySelectorAll('main button')].some(one => one.textContent.trim() === 'Retry')`)
    await tabTo(page, `document.activeElement.textContent.trim() === 'Retry'`)
    await press(page, 'Enter')
    await untilText(page, '1 effect will be tried again now')
    await press(page, 'g', 'r')
    await untilText(page, 'Start batch run of card_usual')
    await tabTo(page, focusedText('Start batch run of card_usual'))
    await press(page, 'Enter')
    await until(page, `/batch run \\w+, number \\d+: done, /.test(document.body.innerText)`)
    assert.deepEqual(page.complaints, [])
  })
})
