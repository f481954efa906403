/**
 * Kind `postgres`: a process that reads an outbox and follows the changes of a table, and sends webhooks, killed at any time and started
 * again, while several clients write and the server crashes, restarts or cuts connections. A case is one life, as in kind `http`.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pause, stopwatch } from '../../src/base/clock.ts'
import type { Cluster } from '../postgres/cluster.ts'
import { skip, withServer } from '../postgres/server.ts'
import { Draw } from '../property/generate/draw.ts'
import { Child } from './child.ts'
import { disturb } from './disturbed-server.ts'
import { HookReceiver } from './hook-receiver.ts'
import type { Judgement } from './judge.ts'
import { CaseTotals, proveLives } from './case-totals.ts'
import { effectsIn, judgeTables } from './tables-verdict.ts'
import { WrittenTables } from './written-tables.ts'

/** Lives of one data folder: all but the last are killed; in some cases the last but one is stopped in order. */
const LIVES = 5
/** Kills during a start, at the arrival of an effect, and after the slot has moved. */
const EARLY = 0.15
const ON_ARRIVAL = 0.3
const ON_MOVED = 0.6
const START_MS = 900
const RUN_MS = 500
const MOMENT_MS = 2500
const ARRIVALS = 6
/** Most disturbances of a life. */
const DISTURBANCES = 3
/** Fsync times of a fast or slow disk: commits may take longer than a reader needs to reconnect. */
const FSYNC_MS = [20, 150, 500, 500]
const LOOK_MS = 10
const SILENCE_MS = 8000
const ENDS_MAX = 5

export interface TablesResult extends Judgement {
  readonly crashes: number
}

export async function provePostgres(cases: number, seed: number, say: (line: string) => void): Promise<CaseTotals> {
  const proved = new CaseTotals('postgres')
  if (skip !== false) {
    say(`no tables were read: ${skip}`)
    return proved
  }
  await withServer(async server => {
    const through = (lives: number, own: number) => readThrough(server, lives, own)
    await proveLives(proved, { cases, seed, livesMax: LIVES }, through, () =>
      say(`${proved.cases} of ${cases} readers of tables, ${proved.crashes} of them killed, ${proved.failed}`),
    )
  }, settings)
  return proved
}

export const settings = { max_replication_slots: '20', max_wal_senders: '20', max_connections: '60' }

interface Exchange {
  readonly server: Cluster
  readonly folder: string
  readonly hook: string
  readonly receiver: HookReceiver
  readonly written: WrittenTables
  readonly draw: Draw
}

export async function readThrough(server: Cluster, lives: number, seed: number): Promise<TablesResult> {
  const draw = new Draw(seed ^ 0x9057)
  const folder = mkdtempSync(join(tmpdir(), 'spillway-tables-'))
  const receiver = new HookReceiver(new Draw(seed))
  const written = await WrittenTables.make(server, draw, `t${seed}`)
  try {
    const exchange: Exchange = { server, folder, hook: await receiver.listen(), receiver, written, draw }
    const broken: string[] = []
    const note = (wrong: string | undefined) => wrong !== undefined && broken.push(wrong)
    let crashes = 0
    for (let life = lives; life > 1; life--) {
      const isKilled = life > 2 || lives < LIVES
      if (isKilled) crashes++
      note(await cutShort(exchange, isKilled))
    }
    note(await startChild(exchange, 'once').exit())
    for (let ends = 0; ends < ENDS_MAX && broken.length === 0; ends++) {
      if (effectsIn(dataOf(exchange)).every(({ state }) => state === 'delivered')) break
      note(await deliverAll(exchange))
    }
    const result = await judgeTables({ data: dataOf(exchange), decisionFile: decisionFileOf(exchange), receiver, written, broken })
    if (broken.length === 0) await checkVanished(exchange, result)
    return { ...result, crashes }
  } finally {
    await receiver.close()
    await written.drop()
    rmSync(folder, { recursive: true })
  }
}

const dataOf = ({ folder }: Exchange): string => join(folder, 'data')
const decisionFileOf = ({ folder }: Exchange): string => join(folder, 'decisions.ndjson')

function startChild(exchange: Exchange, ...once: readonly 'once'[]): Child {
  const { hook, server, written, draw } = exchange
  const places = [dataOf(exchange), hook, decisionFileOf(exchange), server.host, written.outboxAddress, written.changesAddress]
  const args = [...places, String(draw.pick(FSYNC_MS)), ...once]
  return new Child(['test/crash/table-child.ts', ...args], /reading/)
}

/** A life that is killed or stopped during its start or its work. Returns its faults. */
async function cutShort(exchange: Exchange, isKilled: boolean): Promise<string | undefined> {
  const { draw, written } = exchange
  const over = new AbortController()
  const child = startChild(exchange)
  const writing = written.write(over.signal)
  try {
    if (isKilled && draw.chance(EARLY)) await pause(draw.between(0, START_MS))
    else if ((await child.ready()) !== undefined && (await written.isRead())) {
      for (let disturbances = draw.between(0, DISTURBANCES); disturbances > 0; disturbances--) {
        await pause(draw.between(0, RUN_MS))
        await disturb(exchange.server, draw, written.outbox)
      }
      await moment(exchange)
    }
    return isKilled ? await child.kill() : await child.terminate()
  } finally {
    over.abort()
    await writing
  }
}

/** Waits for the end of a life: the arrival of an effect, a movement of the slot, or any time. */
async function moment({ draw, receiver, written }: Exchange): Promise<void> {
  if (draw.chance(ON_ARRIVAL)) await Promise.race([receiver.arrived(draw.between(1, ARRIVALS)), pause(MOMENT_MS)])
  else if (draw.chance(ON_MOVED)) await written.slotMoves(MOMENT_MS)
  else await pause(draw.between(0, RUN_MS))
}

/** A life in which everything is delivered. */
async function deliverAll(exchange: Exchange): Promise<string | undefined> {
  const child = startChild(exchange)
  if ((await child.ready()) === undefined) return child.exit()
  const { arrivals } = exchange.receiver
  let [came, since] = [arrivals.length, stopwatch()]
  while (effectsIn(dataOf(exchange)).some(({ state }) => state === 'pending')) {
    if (stopwatch() - since > SILENCE_MS) return (await child.terminate()) ?? 'effects are pending, and nothing is sent'
    if (arrivals.length > came) [came, since] = [arrivals.length, stopwatch()]
    await pause(LOOK_MS)
  }
  return child.terminate()
}

const isRejection = /To go on, name a new slot [^]*SPILL_SOURCE/

/** At the very end the slot vanishes: the run must report that error, and not continue without the lost changes. */
async function checkVanished(exchange: Exchange, { verdict }: Judgement): Promise<void> {
  await exchange.written.vanish()
  const output = await startChild(exchange, 'once').exit()
  if (output !== undefined && isRejection.test(output)) return
  verdict.lost++
  verdict.faults.push(`lost: the slot vanished, and the process ${output ?? 'went on without a word'}`)
}
