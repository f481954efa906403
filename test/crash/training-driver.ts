/** Trainings of a case's models and promotions of their versions, over several processes: requests and notifications. */
import { SpillwayError } from '../../src/base/errors.ts'
import type { PipelineIR } from '../../src/define/ir/ir.ts'
import type { Run } from '../../src/run/loop/run.ts'
import type { EvaluationPort } from '../../src/run/jobs/challenger-job.ts'
import type { TrainPort } from '../../src/run/jobs/training-job.ts'
import { checkPromotable, rollbackVersion } from '../../src/training/registry/champion.ts'
import type { NamedValues, StoredLog } from '../../src/log/store.ts'
import { pendingPromotion, promotionsOf, putPendingPromotion, versionsOf } from '../../src/training/registry/registry.ts'
import { judgeHere, trainHere } from '../batch/train-here.ts'
import type { Step, Trainings } from './case.ts'
import { ModelStore, type Disk } from './model-store.ts'
import { turns } from './turns.ts'

export type Promote = Extract<Step, { do: 'promote' }>

/** Message of a training that fails as if the machine had no memory left. */
export const BROKEN = 'no memory left'
const GONE = 'its process is gone'
/** Rounds in which the last process makes due jobs. */
const ROUNDS = 40
const TURNS = 6

export class TrainingDriver {
  /** Reported versions, as `[model, number]`. */
  readonly trained: (readonly [model: string, number: number])[] = []
  /** Reasons of the promotions that were reported to be in the log; no two are equal. */
  readonly promoted: string[] = []
  readonly #of: Trainings
  readonly #onBroken: (message: string) => void
  /** Commands, run once no process runs. */
  #commands: Promote[] = []
  #life = 0
  /** Unanswered requests of the process. */
  #waiting = new Set<string>()
  #begun = 0
  #going = 0
  #requests = 0

  constructor(of: Trainings, onBroken: (message: string) => void, from?: TrainingDriver) {
    this.#of = of
    this.#onBroken = onBroken
    if (!from) return
    this.trained.push(...from.trained)
    this.promoted.push(...from.promoted)
    this.#begun = from.#begun
    this.#requests = from.#requests
  }

  /** Training and evaluation ports of the process that starts now: in its own thread, some turns after the request. */
  portsOver(log: StoredLog): { readonly train: TrainPort; readonly evaluateChallenger: EvaluationPort } {
    const life = ++this.#life
    this.#waiting = new Set()
    const { failing } = this.#of
    const later = async <T>(signal: AbortSignal, make: () => Promise<T>): Promise<T> => {
      const number = ++this.#begun
      this.#going++
      try {
        for (let turn = 0; turn < this.#of.turns; turn++) {
          await turns(1)
          signal.throwIfAborted()
          if (this.#life !== life) throw new Error(GONE)
        }
        if (failing !== undefined && number % failing === 0) throw new Error(BROKEN)
        return await make()
      } finally {
        this.#going--
      }
    }
    return {
      train: (job, signal) => later(signal, () => trainHere(log)(job, signal)),
      evaluateChallenger: (job, signal) => later(signal, () => judgeHere(log)(job, signal)),
    }
  }

  /** Unanswered requests of a stopped process. */
  get unanswered(): readonly string[] {
    return [...this.#waiting]
  }

  async train(run: Run | undefined, model: string): Promise<void> {
    const request = `a training of '${model}', asked for as number ${++this.#requests}`
    const waiting = this.#waiting.add(request)
    try {
      const version = await run?.train(model)
      if (version) this.trained.push([model, version.number])
    } catch (error) {
      const { message } = error as Error
      if (
        !isOneOf(error, ['SPILL_STORE', 'SPILL_STOPPED', 'SPILL_INPUT', 'SPILL_NOT_FOUND', 'SPILL_TRAINING', 'SPILL_UNSUPPORTED']) &&
        message !== BROKEN &&
        message !== GONE
      )
        this.#onBroken(`a training on demand failed: ${String((error as Error).stack)}`)
    } finally {
      waiting.delete(request)
    }
  }

  async promote(run: Run | undefined, store: NamedValues, step: Promote): Promise<void> {
    if (step.by === 'command') return void this.#commands.push(step)
    const why = this.#why('asked')
    const waiting = this.#waiting.add(why)
    try {
      const version = versionOf(store, step)
      if (!run || version === undefined) return
      await run.promote(step.model, version, why)
      this.promoted.push(why)
    } catch (error) {
      if (!isOneOf(error, ['SPILL_STORE', 'SPILL_STOPPED', 'SPILL_PRECONDITION', 'SPILL_NOT_FOUND', 'SPILL_INPUT']))
        this.#onBroken(`a promotion failed: ${String((error as Error).stack)}`)
    } finally {
      waiting.delete(why)
    }
  }

  /** A disk without a running process, after the commands meanwhile; `ir`: their pipeline. */
  commanded(disk: Disk, ir: PipelineIR): Disk {
    const commits = [...disk.commits]
    for (const step of this.#commands.splice(0)) {
      const store = new ModelStore({ commits })
      const version = versionOf(store, step)
      const before = pendingPromotion(store, step.model)
      if (version === undefined || !isPromotable(store, ir, step.model, version)) continue
      // A waiting promotion is replaced by this one.
      const replaced = this.promoted.findIndex(one => one === before?.why)
      if (replaced >= 0) this.promoted.splice(replaced, 1)
      const why = this.#why('commanded')
      this.promoted.push(why)
      commits.push({ put: [putPendingPromotion(step.model, { version, why, at: this.#requests })] })
    }
    return { ...disk, commits }
  }

  /** Lets the last process make due jobs. */
  async rest(run: Run): Promise<void> {
    for (let round = 0, before = -1; round < ROUNDS && (before !== this.#begun || this.#going > 0); round++) {
      before = this.#begun
      run.tick()
      await turns(this.#of.turns + TURNS)
    }
  }

  #why(how: string): string {
    return `${how} ${++this.#requests}`
  }
}

/** The version that a step refers to; undefined if there is none to return to. */
function versionOf(values: NamedValues, { model, version }: Promote): number | undefined {
  if (version === 'previous') return promotionsOf(values, model).length > 0 ? rollbackVersion(values, model) : undefined
  const there = [0, ...versionsOf(values, model).flatMap(({ number, trained }) => (trained ? [number] : []))]
  return there[version % there.length]
}

function isPromotable(values: NamedValues, ir: PipelineIR, model: string, version: number): boolean {
  try {
    checkPromotable(values, ir, model, version)
    return true
  } catch (error) {
    // SPILL_NOT_FOUND: a changed pipeline no longer has the model.
    if (isOneOf(error, ['SPILL_PRECONDITION', 'SPILL_NOT_FOUND', 'SPILL_INPUT'])) return false
    throw error
  }
}

const isOneOf = (error: unknown, codes: readonly string[]): boolean => error instanceof SpillwayError && codes.includes(error.code)
