/**
 * Kind `process`: `spillway run` as a separate process, over files that grow while it reads them, killed at any time and started again. A
 * case is one life: most are killed, one is stopped in order, and the last reads to the end of the files.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pause } from '../../src/base/clock.ts'
import { batchRunsIn } from '../../src/batch/ledger.ts'
import { readDataFolder } from '../../src/log/sqlite/data-folder.ts'
import { Draw } from '../property/generate/draw.ts'
import { Child } from './child.ts'
import { diskOf } from './folder.ts'
import { GrowingFile } from './growing-file.ts'
import { judge, type CaseEvidence } from './judge.ts'
import { CaseTotals } from './case-totals.ts'
import shop from './batch-shop.ts'
import { decisionsInFile } from './decision-file.ts'

/** Lives of one data folder: the last reads to the end, and the last but one is stopped in order if there are enough. */
const LIVES = 5
/** Share of the kills during a start. */
const EARLY = 0.3
const START_MS = 700
const RUN_MS = 400
const PIECES = 4
/** Share of the kills at a step of a batch run, and the longest wait for it. */
const AT_RUNS = 0.6
const LOOKS = 300
const LOOK_MS = 10

export async function proveProcess(cases: number, seed: number, say: (line: string) => void): Promise<CaseTotals> {
  const proved = new CaseTotals('process')
  for (let folder = 0; proved.cases < cases; folder++) {
    const lives = Math.max(2, Math.min(LIVES, cases - proved.cases))
    const { crashes, ...judged } = await liveThrough(lives, new Draw((seed + folder) ^ 0xdead))
    if (proved.add(judged, { cases: lives, crashes }))
      proved.failures.push({ kind: 'process', seed: (seed + folder) >>> 0, fault: judged.verdict.faults[0] })
    say(`${proved.cases} of ${cases} processes, ${proved.crashes} of them killed, ${proved.failed}`)
  }
  return proved
}

async function liveThrough(lives: number, draw: Draw) {
  const folder = mkdtempSync(join(tmpdir(), 'spillway-process-'))
  try {
    const files = shop.ir.sources.map(source => new GrowingFile(draw, source, join(folder, `${source.name}.ndjson`)))
    const broken: string[] = []
    let crashes = 0
    for (let life = lives; life > 0; life--) {
      const child = new Child(runArgs(folder, files, life === 1), /starts a new log|continues at entry/)
      if (life === 1) for (const file of files) file.grow(Infinity)
      const isKilled = life > 2 || (life === 2 && lives < LIVES)
      const wrong = isKilled
        ? await kill(child, draw, files, join(folder, 'data'))
        : life === 2
          ? await end(child, draw, files)
          : await child.exit()
      if (isKilled) crashes++
      if (wrong) broken.push(wrong)
    }
    const reader = readDataFolder(join(folder, 'data'))
    const disk = diskOf(reader)
    reader.close()
    const of = {
      seed: 0,
      ir: shop.ir,
      partitions: 1,
      runs: { partitions: 1, kept: Infinity },
      feeds: files.map(({ feed }) => feed),
      steps: [],
    }
    const came: CaseEvidence = {
      of,
      eras: [{ ir: shop.ir, from: { entry: 0, skip: 0 } }],
      published: decisionsInFile(join(folder, 'decisions.ndjson')),
      publishedEffects: new Map(),
      answers: new Map(),
      lost: [],
      broken,
    }
    return { ...(await judge(came, disk)), crashes }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** `spillway run` over the files; `once`: it ends at their end. */
const runArgs = (folder: string, files: readonly GrowingFile[], once: boolean): string[] => [
  'src/cli/bin.ts',
  'run',
  'test/crash/batch-shop.ts',
  ...files.flatMap(({ path, feed }) => ['--source', `${feed.source}=${path}`]),
  '--data',
  join(folder, 'data'),
  '--decisions',
  join(folder, 'decisions.ndjson'),
  ...(once ? ['--once'] : []),
]

/** Kills a process during its start or while it reads, often at a step of a batch run. Returns earlier faults. */
async function kill(child: Child, draw: Draw, files: readonly GrowingFile[], data: string): Promise<string | undefined> {
  if (draw.chance(EARLY)) await pause(draw.between(0, START_MS))
  else {
    await child.ready()
    const before = ledgerText(data)
    await growFor(draw.between(0, RUN_MS), draw, files)
    for (let looks = draw.chance(AT_RUNS) ? LOOKS : 0; looks > 0 && ledgerText(data) === before; looks--) await pause(LOOK_MS)
  }
  return child.kill()
}

function ledgerText(data: string): string {
  const reader = readDataFolder(data)
  const text = JSON.stringify(batchRunsIn(reader))
  reader.close()
  return text
}

/** Stops a process in order, in the middle of its work. */
async function end(child: Child, draw: Draw, files: readonly GrowingFile[]): Promise<string | undefined> {
  await child.ready()
  await growFor(draw.between(0, RUN_MS), draw, files)
  return child.terminate()
}

async function growFor(ms: number, draw: Draw, files: readonly GrowingFile[]): Promise<void> {
  for (let piece = 0; piece < PIECES; piece++) {
    for (const file of files) file.grow(draw.between(0, 400))
    await pause(ms / PIECES)
  }
}
