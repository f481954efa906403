/**
 * Kind `http`: a process that is fed over HTTP and sends webhooks, killed at any time and started again, between a sender that resends
 * unacknowledged records and a receiver that is slow, fails, is late, or loses answers. A case is one life, as in kind `process`.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pause, stopwatch } from '../../src/base/clock.ts'
import type { StoredEffect } from '../../src/log/effects.ts'
import { readDataFolder } from '../../src/log/sqlite/data-folder.ts'
import { Draw } from '../property/generate/draw.ts'
import { alerts } from './alerts.ts'
import { checkDeliveries } from './delivery-laws.ts'
import { Child } from './child.ts'
import { diskOf } from './folder.ts'
import { HookReceiver } from './hook-receiver.ts'
import { judge, type Judgement } from './judge.ts'
import { Poster } from './poster.ts'
import { CaseTotals, proveLives } from './case-totals.ts'
import { decisionsInFile } from './decision-file.ts'

/** Lives of one data folder: all but the last are killed; in some cases the last but one is stopped in order. */
const LIVES = 5
/** Kills during a start, and kills at the arrival of an effect. */
const EARLY = 0.15
const ON_ARRIVAL = 0.6
const START_MS = 700
const RUN_MS = 400
const ARRIVALS = 8
const LOOK_MS = 10
/** The last life gives up remaining deliveries when nothing has arrived for this long; ticks may make more while it ends. */
const SILENCE_MS = 8000
const ENDS_MAX = 5

export interface HttpResult extends Judgement {
  readonly crashes: number
}

export async function proveHttp(cases: number, seed: number, say: (line: string) => void): Promise<CaseTotals> {
  const proved = new CaseTotals('http')
  await proveLives(proved, { cases, seed, livesMax: LIVES }, serveThrough, () =>
    say(`${proved.cases} of ${cases} servers, ${proved.crashes} of them killed, ${proved.failed}`),
  )
  return proved
}

export async function serveThrough(lives: number, seed: number): Promise<HttpResult> {
  const draw = new Draw(seed ^ 0x4774)
  const folder = mkdtempSync(join(tmpdir(), 'spillway-http-'))
  const receiver = new HookReceiver(new Draw(seed))
  const posters = alerts.ir.sources.map((source, i) => new Poster(new Draw(seed + 31 * i), source))
  try {
    const hook = await receiver.listen()
    const exchange: Exchange = { folder, hook, receiver, posters, draw }
    const broken: string[] = []
    let crashes = 0
    for (let life = lives; life > 1; life--) {
      const isKilled = life > 2 || lives < LIVES
      const wrong = await cutShort(exchange, isKilled)
      if (isKilled) crashes++
      if (wrong) broken.push(wrong)
    }
    for (let ends = 0; ends < ENDS_MAX && broken.length === 0; ends++) {
      const wrong = await liveToTheEnd(exchange)
      if (wrong) broken.push(wrong)
      if (effectsIn(exchange).every(({ state }) => state === 'delivered')) break
    }
    return { ...(await judgeExchange(exchange, broken)), crashes }
  } finally {
    await receiver.close()
    rmSync(folder, { recursive: true })
  }
}

interface Exchange {
  readonly folder: string
  readonly hook: string
  readonly receiver: HookReceiver
  readonly posters: readonly Poster[]
  readonly draw: Draw
}

const dataOf = ({ folder }: Exchange): string => join(folder, 'data')
const decisionFileOf = ({ folder }: Exchange): string => join(folder, 'decisions.ndjson')

const started = (exchange: Exchange): Child =>
  new Child(['test/crash/serving-child.ts', dataOf(exchange), exchange.hook, decisionFileOf(exchange)], /listening at (\S+)/)

/** A life that is killed or stopped during its start or its work. Returns its faults. */
async function cutShort(exchange: Exchange, isKilled: boolean): Promise<string | undefined> {
  const { draw, posters, receiver } = exchange
  const child = started(exchange)
  if (isKilled && draw.chance(EARLY)) {
    await pause(draw.between(0, START_MS))
    return child.kill()
  }
  const url = await child.ready()
  const posting = url === undefined ? [] : posters.map(poster => poster.post(url, false))
  const isOnArrival = draw.chance(ON_ARRIVAL)
  const arrived = isOnArrival ? receiver.arrived(draw.between(1, ARRIVALS)) : undefined
  await Promise.race([pause(isOnArrival ? 2 * RUN_MS : draw.between(0, RUN_MS)), arrived ?? new Promise(() => {})])
  const wrong = isKilled ? await child.kill() : await child.terminate()
  await Promise.all(posting)
  return wrong
}

/** A life in which everything is posted and delivered. */
async function liveToTheEnd(exchange: Exchange): Promise<string | undefined> {
  const child = started(exchange)
  const url = await child.ready()
  if (url === undefined) return child.exit()
  await Promise.all(exchange.posters.map(poster => poster.post(url, true)))
  const { arrivals } = exchange.receiver
  let [came, since] = [arrivals.length, stopwatch()]
  while (effectsIn(exchange).some(({ state }) => state === 'pending')) {
    if (stopwatch() - since > SILENCE_MS) return (await child.terminate()) ?? 'effects are pending, and nothing is sent'
    if (arrivals.length > came) [came, since] = [arrivals.length, stopwatch()]
    await pause(LOOK_MS)
  }
  return child.terminate()
}

function effectsIn(exchange: Exchange): StoredEffect[] {
  const reader = readDataFolder(dataOf(exchange))
  try {
    return [...reader.effects.newestFirst()].toReversed()
  } finally {
    reader.close()
  }
}

async function judgeExchange(exchange: Exchange, broken: string[]): Promise<Judgement> {
  const { posters } = exchange
  const reader = readDataFolder(dataOf(exchange))
  const disk = diskOf(reader)
  reader.close()
  const end = disk.commits.reduce((most, { segment }) => Math.max(most, segment ? segment.first + segment.entries : 0), 0)
  const lost = posters.flatMap(({ feed, sequence, isDone, rejection }) => [
    ...(sequence > end ? [`source '${feed.source}' was acknowledged up to entry ${sequence}, and the log ends at ${end}`] : []),
    ...(isDone ? [] : [`records of source '${feed.source}' were not acknowledged at the end, the last rejection: ${rejection}`]),
  ])
  const result = await judge(
    {
      of: { seed: 0, ir: alerts.ir, partitions: 1, feeds: posters.map(({ feed }) => feed), steps: [] },
      eras: [{ ir: alerts.ir, from: { entry: 0, skip: 0 } }],
      published: decisionsInFile(decisionFileOf(exchange)),
      publishedEffects: new Map(),
      answers: new Map(),
      lost,
      broken: [...broken, ...posters.flatMap(poster => poster.broken)],
    },
    disk,
  )
  checkDeliveries(result.verdict, effectsIn(exchange), exchange.receiver.arrivals)
  return result
}
