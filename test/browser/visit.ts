/**
 * Opens a page, performs acts on it in order, leaves a screenshot, and prints the visible text and the address:
 * `node -C spillway-source test/browser/visit.ts URL PICTURE [click:TEXT | type:TEXT | key:KEY | wait:MS | width:PX | dark]…`
 */
import { writeFileSync } from 'node:fs'
import { pause } from '../../src/base/clock.ts'
import { Browser, type Page } from './browser.ts'
import { browserProgram } from './program.ts'

/** Clicks the innermost control, or else element, with a text. */
const clickText = (text: string): string => `{
  const controls = [...document.querySelectorAll('a, button, summary, select, input, label, [role=button], [role=tab]')]
  const isSo = of => (of.innerText || of.ariaLabel || of.placeholder || '').trim().toLowerCase() === ${JSON.stringify(text.toLowerCase())}
  const has = of => (of.innerText || of.ariaLabel || of.placeholder || '').toLowerCase().includes(${JSON.stringify(text.toLowerCase())})
  const found = controls.find(isSo) ?? controls.find(has) ?? [...document.querySelectorAll('td, tr, li, g, text')].find(has)
  if (!found) throw new Error('nothing to click says ' + ${JSON.stringify(text)})
  found.focus?.()
  found.click ? found.click() : found.dispatchEvent(new MouseEvent('click', { bubbles: true }))
}`

/** Chromium acts on Enter by its code, and on a letter by its text. */
const keyFields = (key: string): object =>
  key === 'Enter' ? { text: '\r', windowsVirtualKeyCode: 13 } : key.length === 1 ? { text: key } : {}

const [url, picture, ...acts] = process.argv.slice(2)
const program = browserProgram()
if (url === undefined || picture === undefined || !program)
  throw new Error('give a URL, and a file for the screenshot; Chromium must be there')
const browser = new Browser(program)
try {
  const page = await browser.page()
  await page.resize(1280)
  await page.open(url)
  await pause(3000)
  for (const act of acts) await perform(page, act)
  writeFileSync(picture, await page.picture())
  console.log(await page.evaluate<string>('document.body.innerText'))
  console.log(`\nat ${await page.evaluate<string>('location.href')}; screenshot in ${picture}`)
} finally {
  await browser.close()
}

async function perform(page: Page, act: string): Promise<void> {
  const [kind] = act.split(':')
  const value = act.slice(kind.length + 1)
  if (kind === 'click') await page.evaluate(clickText(value))
  else if (kind === 'type') await page.send('Input.insertText', { text: value })
  else if (kind === 'key')
    for (const type of ['keyDown', 'keyUp']) await page.send('Input.dispatchKeyEvent', { type, key: value, ...keyFields(value) })
  else if (kind === 'width') await page.resize(Number(value))
  else if (kind === 'dark') await page.as({ scheme: 'dark' })
  else if (kind !== 'wait') throw new Error(`no act '${kind}'`)
  await pause(kind === 'wait' ? Number(value) : 1500)
}
