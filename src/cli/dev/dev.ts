/**
 * `spillway dev`: a pipeline that runs while its file is written. Each version that loads takes the place of the one before as a deploy does; of one that does
 * not, what is wrong is said, and the last good one goes on.
 */
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { after, pause, stopwatch } from '../../base/clock.ts'
import { SpillwayError } from '../../base/errors.ts'
import { UsageError, type Command } from '../command/command.ts'
import { addressOf, DevRun } from './dev-run.ts'
import { Happenings, type Happened } from './folder-events.ts'
import { untilSignal } from '../run/run-process.ts'
import { Sampler } from './event-sampler.ts'
import { decisionText } from '../command/shown-decisions.ts'
import { counted } from '../command/replay-summary.ts'
import { WatchedFiles } from './watched-files.ts'
import { printEach, printJson, printLines, say } from '../command/print.ts'

const DATA_DEFAULT = '.spillway/dev'
const LISTEN_DEFAULT = '127.0.0.1:7070'
const LOOK_MS = 200
const SAMPLE_EVERY_MS = 1000
/** It is said of a version that is not ready after it. */
const SLOW_MS = 5000
/** Decisions that one look shows; of a tick about many keys it says how many more there were. */
const SHOWN = 10

export const devCommand: Command = {
  name: 'dev',
  usage: 'PIPELINE [--source NAME=FILE…]',
  summary: 'run a pipeline while you write it: reloads what changes, makes up events, shows decisions and effects',
  options: {
    source: { type: 'string', multiple: true, value: 'NAME=FILE', help: 'as of run; then no events are made up' },
    'no-samples': { type: 'boolean', help: 'make up no events' },
    listen: { type: 'string', value: 'ADDRESS', help: `serve over HTTP at PORT or HOST:PORT; ${LISTEN_DEFAULT} unless given` },
    data: { type: 'string', value: 'DIR', help: `the data folder: ${DATA_DEFAULT} unless given` },
    json: { type: 'boolean', help: 'print each decision and each effect as a line of JSON, and nothing else' },
  },
  async run(values, [path, ...extra]) {
    if (path === undefined) throw new UsageError('name the file of a pipeline')
    if (extra.length > 0) throw new UsageError(`one pipeline, not also ${extra.join(', ')}`)
    if (!existsSync(path)) throw new SpillwayError('SPILL_INPUT', 'does not exist; give the file of a pipeline', { place: path })
    const sources = (values['source'] as string[] | undefined) ?? []
    const dev = new Dev({
      path,
      sources,
      listen: (values['listen'] as string | undefined) ?? LISTEN_DEFAULT,
      data: (values['data'] as string | undefined) ?? DATA_DEFAULT,
      samples: sources.length === 0 && values['no-samples'] !== true,
      json: values['json'] === true,
    })
    return dev.run()
  },
}

interface Request {
  readonly path: string
  readonly sources: readonly string[]
  readonly listen: string
  readonly data: string
  readonly samples: boolean
  readonly json: boolean
}

class Dev {
  readonly #request: Request
  readonly #files = new WatchedFiles()
  readonly #happenings: Happenings
  /** The version that runs; the one that gets ready. */
  #current: DevRun | undefined
  #next: DevRun | undefined
  #sampler: Sampler | undefined
  #sampled = -Infinity
  /** Where all versions listen: the port is that of the first. */
  #listen: string
  #isStopping = false
  /** By how it was called: that is not mended in a file. */
  #cannotRun = false
  /** Since the version that gets ready was begun. */
  #isChanged = false

  constructor(request: Request) {
    this.#request = request
    this.#listen = request.listen
    this.#happenings = new Happenings(request.data)
    this.#files.add([resolve(request.path)])
  }

  /** Until it is asked to stop. */
  async run(): Promise<number> {
    const stopped = untilSignal()
    // At once: a signal that comes to all processes of a terminal ends the run as well.
    stopped.signal.addEventListener('abort', () => (this.#isStopping = true))
    try {
      void this.#start().then(first => (this.#cannotRun = !first.isRunning && !first.isStopped && first.ir !== undefined))
      while (!stopped.signal.aborted && !this.#cannotRun) {
        this.#look()
        await pause(LOOK_MS)
      }
      return this.#cannotRun && !stopped.signal.aborted ? 1 : 0
    } finally {
      stopped.forget()
      this.#isStopping = true
      await Promise.all([this.#next?.drop(), this.#current?.stop()])
      this.#show(this.#happenings.look())
      this.#happenings.close()
    }
  }

  #look(): void {
    this.#show(this.#happenings.look())
    if (this.#files.look()) this.#changed()
    if (!this.#sampler || stopwatch() - this.#sampled < SAMPLE_EVERY_MS) return
    this.#sampled = stopwatch()
    void this.#sampler.send()
  }

  /** The version that is not ready yet is of no use any more: it may never be, and another begins when it has ended. */
  #changed(): void {
    this.#isChanged = true
    if (this.#next) void this.#next.drop()
    else void this.#start()
  }

  /** Resolves once the version that the file now is runs, or has ended. */
  async #start(): Promise<DevRun> {
    const { path, sources, data, samples } = this.#request
    const old = this.#current?.isRunning ? this.#current : undefined
    if (old) say('changed: the new version gets ready')
    const more = [...sources.flatMap(source => ['--source', source]), ...(old ? ['--take-over'] : [])]
    const args = [path, '--data', data, '--listen', this.#listen, ...more]
    const next = new DevRun({ args, onFile: file => this.#files.add([file]), onSaid: say })
    this.#next = next
    this.#isChanged = false
    const slow = after(SLOW_MS, () =>
      say(next.ir ? '  still getting ready' : `  still loading: ${path}, or what it imports, has not come to its end yet`),
    )
    const url = await next.listening
    slow.stop()
    if (this.#isChanged) await next.drop()
    this.#next = undefined
    if (this.#isStopping) return next
    if (this.#isChanged) {
      say('changed before it was ready: it begins again')
      return this.#start()
    }
    if (url === undefined) {
      say(old?.isRunning ? 'the version before goes on' : 'nothing runs until a file changes')
      return next
    }
    this.#current = next
    this.#listen = addressOf(url)
    void this.#ended(next)
    this.#sampler = samples ? new Sampler(next.ir!, url, say, this.#sampler) : undefined
    if (this.#sampler) say(samplesText(this.#sampler.names))
    return next
  }

  /** Says that a run has ended which nobody asked to. */
  async #ended(run: DevRun): Promise<void> {
    const status = await run.exited
    if (this.#isStopping || this.#next || run !== this.#current) return
    say(`the run ended with exit code ${status}; nothing runs until a file changes`)
  }

  #show({ decisions, effects }: Happened): void {
    if (this.#request.json) {
      for (const decision of decisions) printJson({ decision })
      for (const effect of effects) printJson({ effect })
      return
    }
    printEach(decisions.slice(0, SHOWN), { json: false, textOf: decisionText })
    if (decisions.length > SHOWN) printLines(`… and ${counted(decisions.length - SHOWN, 'decision')} more`)
    for (const { number, action, state, why, body } of effects)
      printLines(`→ ${action}, effect ${number}, ${stateTexts[state]}${why === undefined ? '' : ` (${why})`}: ${body}`)
  }
}

const stateTexts = { pending: 'waits', delivered: 'delivered', dead: 'dead', dropped: 'dropped', dry: 'not sent' } as const

const samplesText = (names: readonly string[]): string =>
  names.length === 0
    ? '  no events are made up: what a record is only the map of each source knows; send yours'
    : `  made-up events of ${names.map(name => `'${name}'`).join(', ')} come every second; --no-samples leaves them out`
