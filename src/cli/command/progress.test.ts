import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ProgressLine } from './progress.ts'

/** Output of a progress line; the clock goes on by `stepMs` with each call. */
function written(stream: { isTTY: boolean; columns?: number }, stepMs: number, use: (progress: ProgressLine) => void): string {
  let text = ''
  const write = (part: string) => {
    text += part
    return true
  }
  let now = 0
  use(new ProgressLine({ ...stream, write } as NodeJS.WriteStream, () => (now += stepMs)))
  return text
}

/** The lines of a terminal, without the sequence that clears the line. */
const terminalLines = (text: string): string[] => text.split('\r\x1b[K').slice(1)

function short(progress: ProgressLine): void {
  for (const share of [0, 0.1, 0.2, 1]) progress.show('reading a.csv', share)
  progress.show('deciding late', 1)
  progress.clear()
}

test('a log file gets one line per stage', () => {
  assert.equal(written({ isTTY: false }, 60, short), 'reading a.csv …\ndeciding late …\n')
})

test('a terminal gets one line, rewritten at most every 100 ms and cleared at the end', () => {
  assert.deepEqual(terminalLines(written({ isTTY: true }, 60, short)), [
    'reading a.csv … 0 %',
    'reading a.csv … 20 %',
    'reading a.csv … 100 %',
    'deciding late … 100 %',
    '',
  ])
})

test('a stage of more than two seconds shows its rate and the time remaining', () => {
  const lines = terminalLines(
    written({ isTTY: true }, 1500, progress => {
      for (const share of [0, 0.01, 0.02, 0.3, 1]) progress.show('reading a.csv', share)
      for (const share of [0.5, 0.5, 0.5, 0.501]) progress.show('reading the log', share, 2_000_000)
      progress.clear()
    }),
  )
  assert.deepEqual(lines, [
    'reading a.csv … 0 %',
    'reading a.csv … 1 %',
    'reading a.csv … 2 % (0.67 %/s, 3 min left)',
    'reading a.csv … 30 % (6.7 %/s, 11 s left)',
    'reading a.csv … 100 %',
    'reading the log … 50 %',
    'reading the log … 50 %',
    'reading the log … 50 %',
    'reading the log … 50 % (444/s, 38 min left)',
    '',
  ])
})

test('the line fits a terminal of 40 columns', () => {
  const lines = terminalLines(
    written({ isTTY: true, columns: 40 }, 1500, progress => {
      for (const share of [0, 0.01, 0.02]) progress.show('reading history/payments-of-last-year.parquet', share)
    }),
  )
  assert.deepEqual(lines, [
    'reading history/payments-of-last… … 0 %',
    'reading history/payments-of-last… … 1 %',
    'reading h… … 2 % (0.67 %/s, 3 min left)',
  ])
  assert.ok(
    lines.every(line => line.length < 40),
    lines.join('\n'),
  )
})
