/** A real Alertmanager beside our notifications: it takes, keeps, raises and ends our alerts as the guide says. */
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { callAfter, pause, wallClock } from '../../src/base/clock.ts'
import { random } from '../../src/base/random.ts'
import { alertDestinationsIR, alertmanager } from '../../src/define/config/alert-destinations.ts'
import type { Alert } from '../../src/monitor/alerts/alert.ts'
import { AlertNotifier } from '../../src/monitor/notify/alert-notifier.ts'
import { openAlertReceivers } from '../../src/monitor/notify/open-alert-receivers.ts'
import { listen } from '../action/receiver.ts'
import { alertOf } from '../monitor/alerts.ts'
import { MemoryStore } from '../monitor/notifiers.ts'
import type { Checks } from './checks.ts'

const WAIT_MS = 20_000

interface AlertmanagerProgram {
  readonly path: string
  readonly cwd: string
}

/** An alert as Alertmanager gives it. */
interface KeptAlert {
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
  readonly startsAt: string
  readonly endsAt: string
}

/** Runs `program`, an Alertmanager without receivers of its own, in `folder`. */
export async function checkAlertmanager(checks: Checks, program: AlertmanagerProgram, folder: string): Promise<void> {
  await checks.check('alertmanager takes alerts, keeps them, and ends them', async () => {
    const port = await freePort()
    const url = `http://127.0.0.1:${port}`
    const process = await startAlertmanager(program, folder, port)
    try {
      await checkAlerts(url)
    } finally {
      process.kill()
      await once(process, 'exit')
    }
    return 'opened, raised, kept, resolved'
  })
}

async function checkAlerts(url: string): Promise<void> {
  const receivers = await openAlertReceivers(alertDestinationsIR('notify', [alertmanager(url, { allowPrivate: true })]), {})
  const alerts = new Map<string, Alert>()
  const reports: string[] = []
  const onReport = (text: string) => void reports.push(text)
  const ports = { log: 'log0', clock: wallClock, random: random(1), after: callAfter, alertOf: (id: string) => alerts.get(id), onReport }
  const notifier = new AlertNotifier(receivers, new MemoryStore(), ports)
  notifier.start([])
  // Alertmanager compares with its own clock.
  const opened = Math.floor(wallClock() / 1000) * 1000 - 60_000
  const page = alertOf({ opened, subject: { kind: 'group', name: 'card "1h"\\ ünïcode' } })
  const change = (alert: Alert, kind: Parameters<AlertNotifier['alertChanged']>[1]) => {
    alerts.set(alert.id, alert)
    notifier.alertChanged(alert, kind)
  }
  change({ ...page, severity: 'ticket' }, 'opened')
  const [ticket] = await activeAlerts(url, kept => kept.length === 1 && kept[0].labels['severity'] === 'ticket')
  assert.deepEqual(
    [ticket.labels['alertname'], ticket.labels['subject'], ticket.annotations['summary'], Date.parse(ticket.startsAt)],
    ['SpillwayFreshness', page.subject.name, page.summary, opened],
  )
  const minutesLeft = (Date.parse(ticket.endsAt) - wallClock()) / 60_000
  assert.ok(minutesLeft > 3 && minutesLeft <= 4, `it is kept for ${minutesLeft} min`)
  change(page, 'raised')
  await activeAlerts(url, kept => kept.length === 1 && kept[0].labels['severity'] === 'page')
  change({ ...page, state: 'resolved', resolved: wallClock() }, 'resolved')
  await activeAlerts(url, kept => kept.length === 0)
  await notifier.stop()
  assert.deepEqual(reports, [])
}

/** The alerts that Alertmanager takes for active, once they are as expected. */
async function activeAlerts(url: string, isExpected: (kept: readonly KeptAlert[]) => boolean): Promise<readonly KeptAlert[]> {
  const until = wallClock() + WAIT_MS
  let kept: readonly KeptAlert[] = []
  while (wallClock() < until) {
    kept = (await (await fetch(`${url}/api/v2/alerts?active=true`)).json()) as readonly KeptAlert[]
    if (isExpected(kept)) return kept
    await pause(50)
  }
  throw new Error(`after ${WAIT_MS} ms it has ${JSON.stringify(kept)}`)
}

async function startAlertmanager({ path, cwd }: AlertmanagerProgram, folder: string, port: number): Promise<ChildProcess> {
  const config = join(folder, 'alertmanager.yml')
  writeFileSync(config, 'route:\n  receiver: none\nreceivers:\n  - name: none\n')
  const options = [`--config.file=${config}`, `--storage.path=${join(folder, 'alertmanager')}`, `--web.listen-address=127.0.0.1:${port}`]
  const process = spawn(path, [...options, '--cluster.listen-address='], { cwd, stdio: 'ignore' })
  for (const until = wallClock() + WAIT_MS; wallClock() < until; await pause(50)) {
    const response = await fetch(`http://127.0.0.1:${port}/-/ready`).catch(() => undefined)
    if (response?.ok) return process
  }
  process.kill()
  throw new Error(`alertmanager was not ready after ${WAIT_MS} ms`)
}

async function freePort(): Promise<number> {
  const server = createServer()
  const port = await listen(server)
  server.close()
  await once(server, 'close')
  return port
}
