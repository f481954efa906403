/** The lag of sources in PostgreSQL: rows of an outbox, and bytes of the server's log. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { numbers, sourceOf } from '../../../test/postgres/numbers-run.ts'
import { insert, outboxOf, outboxOptions } from '../../../test/postgres/outboxes.ts'
import { databaseAt, ownServer, skip } from '../../../test/postgres/server.ts'
import { withClients } from '../../../test/postgres/writing.ts'
import { scratchFolder } from '../../../test/scratch.ts'
import { pause } from '../../base/clock.ts'
import { limits } from '../../base/limits.ts'
import { SUITE_SOURCE, SuiteReading, SuiteRun } from '../../testing/conformance/suite-run.ts'
import { positionName } from '../reader/source-feed.ts'
import type { SourceReader } from '../reader/source-reader.ts'
import { tableChangesReader } from './changes-reader.ts'
import { outboxReader } from './outbox-reader.ts'

/** Interval between two looks at a position, ms. */
const COMMIT_CHECK_MS = 10

const server = ownServer()

/** Follows a reader, and measures its lag. */
function following(reader: SourceReader) {
  const run = new SuiteRun(record => (record as { n: number }).n)
  const reading = new SuiteReading(run, reader, { follow: true, timeoutMs: 20_000 })
  const measure = async () =>
    (await reader.measureLag!(partition => run.committedPosition(positionName(SUITE_SOURCE, reader.name, partition)))).get('')
  const untilRead = (count: number) =>
    reading.until(
      () => run.numbers('').length >= count,
      () => new Error(`${run.numbers('').length} of ${count} rows came`),
    )
  /** Waits until the position of what was read is committed, too, and measures. */
  const caughtUp = async () => {
    for (;;) {
      const measured = (await measure())!
      if (measured.lag <= (measured.allowedLag ?? 0)) return measured
      await pause(COMMIT_CHECK_MS)
    }
  }
  const end = async () => {
    reading.abort()
    await reading.ended
  }
  return { run, measure, untilRead, caughtUp, end }
}

test('the lag of an outbox is the rows that can be read behind the position', { skip }, () =>
  withClients(server(), 2, async (sql, late) => {
    await sql.unsafe(outboxOf('behind'))
    const { run, measure, untilRead, caughtUp, end } = following(outboxReader(sourceOf(numbers), outboxOptions(server(), 'behind')))
    await insert(sql, 'behind', 1, 2)
    await untilRead(2)
    const first = await caughtUp()
    assert.deepEqual([first.lag, first.unit, first.end], [0, 'rows', first.position])
    run.holdCommits()
    await insert(sql, 'behind', 3, 4, 5)
    const behind = (await measure())!
    assert.deepEqual([behind.lag, behind.position], [3, first.position])
    assert.ok(behind.end > behind.position)
    await late.unsafe('BEGIN')
    await insert(late, 'behind', 6)
    await insert(sql, 'behind', 7)
    assert.equal((await measure())!.lag, 3, 'rows that wait for a transaction cannot be read yet')
    await late.unsafe('COMMIT')
    await untilRead(7)
    assert.equal((await measure())!.lag, 5)
    run.releaseCommits()
    await sql.unsafe('DELETE FROM behind')
    const cleaned = (await measure())!
    assert.deepEqual([cleaned.lag, cleaned.end], [0, cleaned.position], 'rows that were removed after reading')
    await end()
  }),
)

test('the lag of changes is the log behind the position, from the end of the copy on', { skip }, () =>
  withClients(server(), 1, async sql => {
    await sql.unsafe(`CREATE TABLE moving (n int PRIMARY KEY, who text NOT NULL DEFAULT 'w', at timestamptz NOT NULL DEFAULT now())`)
    const place = { table: 'moving', slot: 'moving', publication: 'moving' }
    const reader = tableChangesReader(sourceOf(numbers), {
      ...place,
      database: databaseAt(server()),
      folder: scratchFolder('lag'),
      copy: true,
    })
    assert.equal((await reader.measureLag!(() => undefined)).size, 0, 'nothing is connected')
    const { run, measure, untilRead, caughtUp, end } = following(reader)
    await sql.unsafe('INSERT INTO moving (n) VALUES (1)')
    await untilRead(1)
    await sql.unsafe('INSERT INTO moving (n) VALUES (2)')
    await untilRead(2)
    await caughtUp()
    run.holdCommits()
    await sql.unsafe(`INSERT INTO moving (n, who) SELECT n, repeat('x', 900) FROM generate_series(3, 3002) n`)
    const behind = (await measure())!
    assert.ok(behind.lag > limits.LAG_WAL_BYTES, `${behind.lag} bytes`)
    assert.equal(Number(behind.end) - Number(behind.position), behind.lag)
    run.releaseCommits()
    await untilRead(3002)
    await caughtUp()
    await end()
  }),
)
