/** A run in a process of its own that is stopped or killed, and started again: its open pages continue without a gap. */
import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { after, describe, test } from 'node:test'
import { scratchFolder } from '../scratch.ts'
import { Browser, type Page } from './browser.ts'
import { callerOf, payment, until, untilText, type DashboardRun } from './dashboard-run.ts'
import { browserProgram } from './program.ts'

const program = browserProgram()
const skip = program ? false : 'there is no Chromium, and npm test could bring none'

/** Decision rows of the page: their entries. */
const decisionRows = `[...document.querySelectorAll('table.list tbody tr')].map(row => row.querySelector('td:last-child').textContent)`
/** Event rows of the page: the ids of the payments, newest first; the first two cells are the arrival and the delay. */
const eventRows = `[...document.querySelectorAll('[aria-label="Columns of the events"] tbody tr')].map(row => row.cells[2].textContent)`

describe('pages of a run that ends and starts again', { skip, timeout: 180_000 }, () => {
  const browser = program && new Browser(program)
  const running: ChildProcess[] = []
  after(async () => {
    for (const child of running) child.kill('SIGKILL')
    await browser?.close()
  })

  /** Starts the run in a child process; resolves when it answers. */
  async function start(
    data: string,
    port: string,
  ): Promise<Pick<DashboardRun, 'url' | 'call'> & { readonly end: (signal: NodeJS.Signals) => Promise<void> }> {
    const file = new URL('./dashboard-child.ts', import.meta.url).pathname
    const child = spawn(process.execPath, ['-C', 'spillway-source', file, data, port], { stdio: ['ignore', 'ignore', 'pipe'] })
    running.push(child)
    const exited = once(child, 'exit')
    const { promise, resolve, reject } = Promise.withResolvers<string>()
    let printed = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      printed += text
      const [, url] = /^listening at (\S+)$/m.exec(printed) ?? []
      if (url !== undefined) resolve(url)
    })
    void exited.then(() => reject(new Error(`the run ended: ${printed}`)))
    const url = await promise
    return {
      url,
      call: callerOf(url),
      end: async signal => {
        child.kill(signal)
        await exited
      },
    }
  }

  async function openPage(url: string, path: string): Promise<Page> {
    const page = await browser!.page()
    await page.resize(1280)
    await page.open(`${url}/ui${path}`)
    return page
  }

  for (const signal of ['SIGTERM', 'SIGKILL'] as const)
    test(`live decisions and the tail of events go on after ${signal}, each decision and event once`, async () => {
      const data = scratchFolder(`dashboard-${signal}`)
      const first = await start(data, '0')
      const { port } = new URL(first.url)
      const events = await openPage(first.url, '/sources/payments?tail=1')
      await untilText(events, 'Newest first.')
      // The last page that is opened is visible, and reads the status.
      const decisions = await openPage(first.url, '/decisions?live=1')
      await untilText(decisions, '0 decisions since you are watching')
      await until(decisions, `!document.body.innerText.includes('connecting')`)
      await first.call('POST', '/sources/payments/events', [payment(1), payment(2)])
      await untilText(decisions, '2 decisions since you are watching')
      await until(events, `${eventRows}.length === 2`)
      // Acknowledged, and perhaps not sent to the pages yet.
      await first.call('POST', '/sources/payments/events', [payment(3)])
      await first.end(signal)
      await untilText(decisions, 'No answer from the run')
      const second = await start(data, port)
      // Sent before the pages are back.
      await second.call('POST', '/sources/payments/events', [payment(4), payment(5)])
      await untilText(decisions, '5 decisions since you are watching')
      await until(decisions, `!document.body.innerText.includes('No answer from the run')`)
      await untilText(events, 'Newest first.')
      await until(events, `${eventRows}.length === 5`)
      await second.call('POST', '/sources/payments/events', [payment(6)])
      await untilText(decisions, '6 decisions since you are watching')
      await until(events, `${eventRows}.length === 6`)
      assert.deepEqual(await events.evaluate(eventRows), ['6', '5', '4', '3', '2', '1'])
      assert.equal(new Set(await decisions.evaluate<string[]>(decisionRows)).size, 6)
      const texts = await Promise.all([decisions, events].map(page => page.evaluate<string>('document.body.innerText')))
      assert.doesNotMatch(texts.join('\n'), /came too fast|more events are not shown|damaged/)
      await second.end('SIGKILL')
    })
})
