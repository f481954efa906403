/**
 * `prove crash`: a run that crashes at random steps and recovers has lost nothing, doubled nothing, and decides like a run that never
 * crashed (laws 2 and 5). Six kinds: the protocol on a model store, power loss on SQLite's files, lost folders that are restored from backups, and killed processes fed by files, over
 * HTTP, and by tables of PostgreSQL, the last two with webhooks.
 */
import type { CrashCase } from './case.ts'
import { generateCrash, generateTrained } from './generate.ts'
import { crashModel } from './model.ts'
import { proveBackup } from './backup.ts'
import { proveHttp } from './http.ts'
import { provePostgres } from './postgres.ts'
import { provePower } from './power.ts'
import { proveProcess } from './process.ts'
import { CaseTotals, type Failure, type Kind } from './case-totals.ts'
import { record } from './regressions.ts'
import { shrinkCrash } from './shrink.ts'
import { isSound, type Verdict } from './verdict.ts'

export interface CrashResult {
  readonly cases: number
  readonly crashes: number
  readonly lost: number
  readonly duplicated: number
  readonly different: number
  readonly events: number
  readonly decisions: number
  /** Batch runs that were swapped in. */
  readonly swaps: number
  /** Explored decisions. */
  readonly explored: number
  /** Trained versions of models. */
  readonly trainings: number
  /** Promotions of versions that had not scored before, and of others, including the model's own score. */
  readonly promotions: number
  readonly rollbacks: number
  /** Decisions that a challenger scored, too. */
  readonly shadows: number
  readonly seed: number
  /** Cases by kind. */
  readonly kinds: Readonly<Record<Kind, number>>
  readonly failures: readonly Failure[]
}

/** Share of all cases; the rest are `model`. */
const POWER_SHARE = 0.17
const PROCESS_SHARE = 0.03
const HTTP_SHARE = 0.02
const POSTGRES_SHARE = 0.02
const BACKUP_SHARE = 0.03
/** One of this many cases on a model store trains models. */
const TRAINED_OF = 2
const FAILURES_KEPT = 5
const PROGRESS_EVERY = 50

export async function prove({ cases, seed }: { readonly cases: number; readonly seed: number }): Promise<CrashResult> {
  const process = Math.ceil(cases * PROCESS_SHARE)
  const http = Math.min(cases - process, Math.ceil(cases * HTTP_SHARE))
  const postgres = Math.min(cases - process - http, Math.ceil(cases * POSTGRES_SHARE))
  const backup = Math.min(cases - process - http - postgres, Math.ceil(cases * BACKUP_SHARE))
  const power = Math.min(cases - process - http - postgres - backup, Math.ceil(cases * POWER_SHARE))
  const model = cases - process - http - postgres - backup - power
  const say = (line: string) => console.error(`crash: ${line}`)
  const parts: Readonly<Record<Kind, CaseTotals>> = {
    model: await proveModel(model, seed, say),
    power: await provePower(power, seed, say),
    backup: await proveBackup(backup, seed, say),
    process: await proveProcess(process, seed, say),
    http: await proveHttp(http, seed, say),
    postgres: await provePostgres(postgres, seed, say),
  }
  const all = Object.values(parts)
  const sum = (of: (part: CaseTotals) => number) => all.reduce((total, part) => total + of(part), 0)
  return {
    cases: sum(part => part.cases),
    crashes: sum(part => part.crashes),
    lost: sum(part => part.lost),
    duplicated: sum(part => part.duplicated),
    different: sum(part => part.different),
    events: sum(part => part.events),
    decisions: sum(part => part.decisions),
    swaps: sum(part => part.swaps),
    explored: sum(part => part.explored),
    trainings: sum(part => part.trained.trainings),
    promotions: sum(part => part.trained.promotions),
    rollbacks: sum(part => part.trained.rollbacks),
    shadows: sum(part => part.trained.shadows),
    seed,
    kinds: {
      model: parts.model.cases,
      power: parts.power.cases,
      backup: parts.backup.cases,
      process: parts.process.cases,
      http: parts.http.cases,
      postgres: parts.postgres.cases,
    },
    failures: all.flatMap(({ failures }) => failures).slice(0, FAILURES_KEPT),
  }
}

export function holds({ cases, crashes, lost, duplicated, different }: CrashResult): boolean {
  return cases > 0 && crashes > 0 && lost + duplicated + different === 0
}

async function proveModel(cases: number, seed: number, say: (line: string) => void): Promise<CaseTotals> {
  const proved = new CaseTotals('model')
  for (let i = 0; i < cases; i++) {
    const of = (i % TRAINED_OF === 1 ? generateTrained : generateCrash)((seed + i) >>> 0)
    const { crashes, ...judged } = await crashModel(of)
    if (proved.add(judged, { cases: 1, crashes })) proved.failures.push(await failure(of, judged.verdict))
    const { cases: done, crashes: all, failed } = proved
    if (done % PROGRESS_EVERY === 0) say(`${done} of ${cases} on a model store, ${all} crashes, ${failed}`)
  }
  return proved
}

async function failure(of: CrashCase, { faults }: Verdict): Promise<Failure> {
  const fails = async (smaller: CrashCase) => !isSound((await crashModel(smaller)).verdict)
  const smallest = await shrinkCrash(of, fails)
  const { verdict } = await crashModel(smallest)
  const file = record({ proof: 'crash', found: verdict.faults, case: smallest })
  return { kind: 'model', seed: of.seed, fault: verdict.faults[0] ?? faults[0], file }
}
