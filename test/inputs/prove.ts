/**
 * `prove inputs`, for every input. Files: random sources; files of valid, damaged and random records in every format, plain and gzip.
 * Standard input of a run: lines of the same kinds. HTTP: objects, arrays, streams of lines, webhooks and inline decisions of the same,
 * plain and gzip. PostgreSQL: outboxes of the same payloads. Kafka: topics of JSON and Avro, on a cluster in memory. Data folders: one file of them
 * damaged. Every record is accounted for.
 *
 * A case is one record, one damaged folder, or one row of a map. The bytes of text files are followed, too: everything in a file comes out
 * of it.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { random } from '../../src/base/random.ts'
import { skip, withServer } from '../postgres/server.ts'
import { TestRegistry } from '../kafka-formats/test-registry.ts'
import { account, type Account } from './account.ts'
import { runDamaged, writeFolder, type DamagedOutcome } from './damaged-folder.ts'
import { accountHttp } from './http-door.ts'
import { accountOutbox } from './outbox-door.ts'
import { doors, type HttpDoor } from './random-request.ts'
import { accountStandardInput } from './standard-input.ts'
import { accountTopic, memoryInputs } from './topic-door.ts'
import { writeRandomFile } from './random-file.ts'

export interface InputsResult extends Omit<Account, 'faults'> {
  readonly cases: number
  readonly files: number
  /** Runs that read standard input. */
  readonly processes: number
  /** Requests over HTTP, by route. */
  readonly requests: Readonly<Record<HttpDoor, number>>
  /** Tables of PostgreSQL; none without a server. */
  readonly outboxes: number
  /** Topics of Kafka. */
  readonly topics: number
  /** Data folders with a damaged file, by the result of the run over it. */
  readonly folders: Readonly<Record<DamagedOutcome['outcome'], number>>
  readonly seed: number
  /** The first faults, with the seed that makes the file the first of its run. */
  readonly failures: readonly { readonly seed: number; readonly file: string; readonly fault: string }[]
}

const FAILURES_KEPT = 5
/** One damaged folder, one run over standard input, one server, one outbox and one topic for this many cases. */
const FOLDER_CASES = 100
const PROCESS_CASES = 2000
const SERVER_CASES = 500
const OUTBOX_CASES = 500
const TOPIC_CASES = 500
/** From here on every outcome must have occurred. */
const COVERING_CASES = 1000

export async function prove({ cases, seed }: { readonly cases: number; readonly seed: number }): Promise<InputsResult> {
  const folder = mkdtempSync(join(tmpdir(), 'spillway-inputs-'))
  const total = { accepted: 0, dead: 0, duplicate: 0, skipped: 0, rejected: 0, unaccounted: 0, crashed: 0 }
  const requests = { object: 0, array: 0, lines: 0, decide: 0, webhook: 0 }
  const failures: { seed: number; file: string; fault: string }[] = []
  const folders = { sound: 0, reported: 0, rejected: 0 }
  const processes = Math.ceil(cases / PROCESS_CASES)
  let files = 0
  let outboxes = 0
  let topics = 0
  let counted = Math.ceil(cases / FOLDER_CASES)
  const add = (result: Account, where: { seed: number; file: string }): void => {
    for (const name of Object.keys(total) as (keyof typeof total)[]) total[name] += result[name]
    for (const fault of result.faults) failures.push({ ...where, fault })
  }
  try {
    const damaged = await runFolders(counted, seed, folder)
    for (const { outcome } of damaged) folders[outcome]++
    for (const { fault, damage, seed: of } of damaged) if (fault) failures.push({ seed: of, file: damage, fault })
    total.unaccounted += failures.length
    for (let i = 0; i < processes; i++) {
      const result = await accountStandardInput(random(seed + i), folder)
      add(result, { seed: seed + i, file: 'standard input' })
      counted += caseCount(result)
    }
    for (let i = 0; i < Math.ceil(cases / SERVER_CASES); i++) {
      const result = await accountHttp(random(seed + i), folder)
      add(result, { seed: seed + i, file: 'HTTP' })
      counted += caseCount(result)
      for (const door of doors) requests[door] += result.requests[door]
    }
    for (const [i, result] of (await accountOutboxes(Math.ceil(cases / OUTBOX_CASES), seed)).entries()) {
      add(result, { seed: seed + i, file: 'outbox' })
      counted += caseCount(result)
      outboxes++
    }
    for (const [i, result] of (await accountTopics(Math.ceil(cases / TOPIC_CASES), seed)).entries()) {
      add(result, { seed: seed + i, file: 'topic' })
      counted += caseCount(result)
      topics++
    }
    for (; counted < cases; files++) {
      const file = await writeRandomFile(random(seed + files), folder)
      const result = await account(file)
      add(result, { seed: seed + files, file: basename(file.path) })
      counted += caseCount(result)
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
  return {
    cases: counted,
    ...total,
    files,
    processes,
    requests,
    outboxes,
    topics,
    folders,
    seed,
    failures: failures.slice(0, FAILURES_KEPT),
  }
}

/** Damages data folders of a process that ended in order and of one that was killed, in turn. */
async function runFolders(count: number, seed: number, scratch: string) {
  const sounds = [await writeFolder(scratch, true), await writeFolder(scratch, false)]
  const outcomes: (Awaited<ReturnType<typeof runDamaged>> & { seed: number })[] = []
  for (let i = 0; i < count; i++) {
    const of = seed + Math.floor(i / sounds.length)
    outcomes.push({ ...(await runDamaged(random(of), sounds[i % sounds.length], scratch)), seed: of })
  }
  return outcomes
}

/** Undefined without PostgreSQL, which is reported. */
async function accountOutboxes(count: number, seed: number): Promise<Account[]> {
  if (skip !== false) {
    console.error(`inputs: no outbox was read: ${skip}`)
    return []
  }
  return withServer(async server => {
    const results: Account[] = []
    for (let i = 0; i < count; i++) results.push(await accountOutbox(random(seed + i), server, `outbox${i}`))
    return results
  })
}

async function accountTopics(count: number, seed: number): Promise<Account[]> {
  const registry = await TestRegistry.start()
  const cluster = memoryInputs()
  const results: Account[] = []
  for (let i = 0; i < count; i++) results.push(await accountTopic(random(seed + i), cluster, registry))
  await registry.close()
  return results
}

function caseCount({ accepted, dead, duplicate, skipped, rejected, unaccounted, crashed }: Account): number {
  return accepted + dead + duplicate + skipped + rejected + unaccounted + crashed
}

export function holds({ cases, accepted, dead, duplicate, skipped, rejected, unaccounted, crashed }: InputsResult): boolean {
  const outcomes = [accepted, dead, duplicate, skipped, rejected]
  return unaccounted === 0 && crashed === 0 && (cases < COVERING_CASES || outcomes.every(count => count > 0))
}
