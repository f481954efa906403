import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ProgressLine } from './progress.ts'

function shownOn(isTTY: boolean): string {
  let text = ''
  const write = (part: string) => {
    text += part
    return true
  }
  let now = 0
  const progress = new ProgressLine({ isTTY, write } as NodeJS.WriteStream, () => (now += 60))
  for (const share of [0, 0.1, 0.2, 1]) progress.show('reading a.csv', share)
  progress.show('deciding late', 1)
  progress.clear()
  return text
}

test('a log file gets one line per stage', () => {
  assert.equal(shownOn(false), 'reading a.csv …\ndeciding late …\n')
})

test('a terminal gets one line, rewritten at most every 100 ms and cleared at the end', () => {
  assert.equal(
    shownOn(true),
    '\r\x1b[Kreading a.csv … 0 %\r\x1b[Kreading a.csv … 20 %\r\x1b[Kreading a.csv … 100 %\r\x1b[Kdeciding late … 100 %\r\x1b[K',
  )
})
