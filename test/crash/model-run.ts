/** Runs a crash case over a model store: every step of the case, a new run after each crash, and the rest at the end. */
import type { RunMemory } from '../../src/run/recovery/run-state.ts'
import type { CrashCase, Step } from './case.ts'
import { CrashDriver } from './crash-driver.ts'
import { ModelStore, type Disk } from './model-store.ts'
import { turns } from './turns.ts'

/** Makes the store of one life; a planted fault makes a faulty one. */
export type MakeStore = (disk: Disk) => ModelStore

export interface ModelOutcome {
  readonly driven: CrashDriver
  readonly disk: Disk
  readonly crashes: number
}

export async function runModel(of: CrashCase, makeStore: MakeStore = disk => new ModelStore(disk)): Promise<ModelOutcome> {
  const lives = new Lives(of, makeStore)
  for (const step of of.steps) await lives.take(step)
  return lives.finish()
}

class Lives {
  readonly #driven: CrashDriver
  readonly #makeStore: MakeStore
  #store: ModelStore
  /** Of the next process. */
  #memory: RunMemory | undefined
  #crashes = 0

  constructor(of: CrashCase, makeStore: MakeStore) {
    this.#driven = new CrashDriver(of)
    this.#makeStore = makeStore
    this.#store = makeStore({ commits: [] })
    this.#driven.start(this.#store, undefined, this.#store)
  }

  async take(step: Step): Promise<void> {
    switch (step.do) {
      case 'send':
        return this.#driven.send(step.feed, step.count)
      case 'ask':
        return void this.#driven.ask(step)
      case 'run':
        return void this.#driven.demand(step.group)
      case 'train':
        return this.#driven.train(step.model)
      case 'promote':
        return this.#driven.promote(step)
      case 'turn':
        this.#driven.run?.tick()
        return turns()
      case 'sync':
        return this.#store.sync(step.count)
      case 'clock':
        return this.#driven.moveClock(step.by)
      case 'save':
        this.#driven.run?.checkpoint()
        return
      case 'ready':
        this.#memory = this.#driven.ready(this.#store, this.#memory)
        return
      case 'change':
        this.#memory = undefined
        return this.#driven.change(step.to)
      case 'stop':
        this.#store.keepUp()
        await this.#driven.stop()
        return this.#next(this.#store.crash(0))
      case 'crash':
        return this.#crash(step.kept, step.states)
      case 'full':
        this.#store.fail()
        await turns()
        return this.#crash(0, 'kept')
    }
  }

  async finish(): Promise<ModelOutcome> {
    this.#store.keepUp()
    await this.#driven.finish()
    return { driven: this.#driven, disk: this.#store.disk, crashes: this.#crashes }
  }

  async #crash(durable: number, states: 'kept' | 'damaged' | 'gone'): Promise<void> {
    await turns(1) // Every answered client has its answer.
    this.#crashes++
    const disk = this.#store.crash(durable)
    const files = states === 'gone' ? [] : [...(disk.states ?? [])]
    const flip = (bytes: Uint8Array) => (states === 'damaged' ? Uint8Array.from(bytes, byte => byte ^ 1) : bytes)
    this.#next({ ...disk, states: new Map(files.map(([name, bytes]) => [name, flip(bytes)])) })
  }

  #next(disk: Disk): void {
    this.#store = this.#makeStore(this.#driven.between(disk))
    this.#driven.start(this.#store, this.#memory, this.#store)
    this.#memory = undefined
  }
}
