/** `spillway alerts`: the alerts of a free folder are listed, acknowledged, silenced and resolved, and each change is in the operator log. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { called, calledJson } from '../../../test/cli/called.ts'
import { alertOf } from '../../../test/monitor/alerts.ts'
import { scratchFolder } from '../../../test/scratch.ts'
import { closeDataFolder, openDataFolder } from '../../log/sqlite/data-folder.ts'
import type { Alert } from '../../monitor/alerts/alert.ts'
import { putAlert } from '../../monitor/alerts/alert-store.ts'

test('alerts are listed, changed and priced', async () => {
  const data = scratchFolder('alerts')
  const folder = await openDataFolder(data)
  const alert = alertOf()
  await folder.store.commit({ put: putAlert({ number: 3, alert }) })
  await closeDataFolder(folder)
  const { out } = await called('alerts', '--data', data)
  assert.ok(out.startsWith(`${alert.id}  ${alert.severity}  alerted `), out)
  assert.match(out, /1 alert\.$/)
  assert.match((await called('alerts', 'ack', alert.id, '--note', 'looking', '--data', data)).out, /is acknowledged$/)
  assert.match((await called('alerts', 'silence', alert.id, '--for', '2h', '--data', data)).out, /is silenced until 20/)
  assert.match((await called('alerts', 'resolve', alert.id, '--outcome', 'acted', '--minutes', '30', '--data', data)).out, /is resolved$/)
  assert.equal((await called('alerts', '--data', data)).out, 'No alert.')
  const all = await called('alerts', 'list', '--all', '--data', data)
  assert.match(all.out, /acknowledged by cli:.*: looking/)
  assert.match(all.out, /acted, 30 min/)
  assert.match(all.out, /week of .*: 1 page, 0 tickets; acted on 1, noise 0, 0\.5 h$/)
  const [stored] = await calledJson<Alert>('alerts', 'list', '--all', '--json', '--data', data)
  assert.deepEqual([stored.state, stored.outcome?.minutes], ['resolved', 30])
  const log = readFileSync(join(data, 'audit.ndjson'), 'utf8').trim().split('\n')
  assert.deepEqual(
    log.map(line => (JSON.parse(line) as Record<string, string>)['command']),
    ['alerts acknowledge', 'alerts silence', 'alerts resolve'],
  )
  assert.match((await called('alerts', 'ack', alert.id, '--data', data)).err, /SPILL_PRECONDITION: alert '.*' is resolved/)
  assert.match((await called('alerts', 'ack', 'nothing-1', '--data', data)).err, /SPILL_NOT_FOUND: there is no alert 'nothing-1'/)
  assert.match((await called('alerts', 'silence', alert.id, '--data', data)).err, /--for 2h/)
  assert.match((await called('alerts', 'resolve', alert.id, '--outcome', 'good', '--data', data)).err, /--outcome is acted or noise/)
  assert.match((await called('alerts', 'resolve', alert.id, '--minutes', '5', '--data', data)).err, /beside --outcome/)
  assert.match((await called('alerts', 'list', '--note', 'x', '--data', data)).err, /alerts list has no option --note/)
})
