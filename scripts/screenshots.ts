/**
 * `npm run screenshots`: the pictures of README and documentation, from the audit page that `npm start` wrote: its first screen at a desk and
 * on a phone.
 */
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Browser } from '../test/browser/browser.ts'
import { browserProgram } from '../test/browser/program.ts'

const root = join(import.meta.dirname, '..')
const page = join(root, 'audit/audit.html')
const sizes = { desktop: { width: 1280, height: 960 }, phone: { width: 390, height: 844 } } as const

const program = browserProgram()
if (!program) fail('there is no Chromium; npm test brings one on Debian and Ubuntu')
if (!existsSync(page)) fail(`${page} is missing; npm start writes it`)

const browser = new Browser(program)
try {
  const tab = await browser.page()
  for (const [name, { width, height }] of Object.entries(sizes)) {
    await tab.resize(width, height)
    await tab.open(pathToFileURL(page).href)
    writeFileSync(join(root, `docs/images/audit-${name}.png`), await tab.picture({ width, height }))
  }
} finally {
  await browser.close()
}

function fail(message: string): never {
  console.error(message)
  process.exit(1)
}
