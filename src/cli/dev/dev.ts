/**
 * `spillway dev`: runs a pipeline and restarts it on each change of its files. A version that loads takes over from the previous one,
 * as in a deploy. If a version fails to load, its error is printed and the last good version continues.
 */
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { callAfter, pause, SpillwayError } from '../../base/index.ts'
import { expectNoArguments } from '../command/arguments.ts'
import { defineCommand } from '../command/command.ts'
import { type DevConfiguration, hostAndPort, DevRun } from './dev-run.ts'
import { FolderActivityReader, type FolderActivity } from '../../operate/index.ts'
import { hasBrowser, openBrowser } from './open-browser.ts'
import { untilSignal } from '../command/until-signal.ts'
import { hasSamples } from '../../sources/index.ts'
import { decisionText, pluralize } from '../command/text-format.ts'
import { WatchedFiles } from './watched-files.ts'
import { printEach, printJson, printLines, printStatus } from '../command/print.ts'

const DATA_DEFAULT = '.spillway/dev'
const LISTEN_DEFAULT = '127.0.0.1:7070'
const POLL_MS = 200
/** A version that is not ready after this time is reported. */
const SLOW_MS = 5000
/** Most decisions that one poll prints; the rest is counted, as after a tick with many keys. */
const SHOWN = 10

/** The command `spillway dev`. */
export const devCommand = defineCommand({
  name: 'dev',
  task: 'Develop',
  takesPipeline: true,
  usage: '[--source NAME=FILE…]',
  summary: 'run a pipeline while you write it: reloads changed files, sends sample events, shows decisions and effects',
  options: {
    source: {
      multiple: true,
      setting: 'feed',
      value: 'NAME=FILE',
      help: 'a file of a source, as for run; turns sample events off; may be repeated',
    },
    'no-samples': { help: 'send no sample events' },
    'no-open': { help: 'do not open the dashboard in a browser; by default it opens on a terminal, except in CI and over SSH' },
    listen: { setting: 'listen', value: 'ADDRESS', help: `serve over HTTP at PORT or HOST:PORT [default: ${LISTEN_DEFAULT}]` },
    data: { value: 'DIR', help: `the data folder [default: ${DATA_DEFAULT}]` },
    json: { help: 'print each decision and each effect as a line of JSON, and nothing else' },
  },
  async run(values, positionals, project) {
    expectNoArguments(positionals, project)
    const path = project.requirePath()
    if (!existsSync(path)) throw new SpillwayError('SPILL_FILE', 'does not exist; name the pipeline file', { place: path })
    const {
      source: sources = [],
      'no-samples': noSamples = false,
      'no-open': noOpen = false,
      listen = LISTEN_DEFAULT,
      data = project.pathOf(DATA_DEFAULT),
      json = false,
    } = values
    const { platform, stdout, env } = process
    const opens = !noOpen && !json && hasBrowser({ platform, isTerminal: stdout.isTTY, env })
    const configuration = { ...project.configFile, sources: project.places.map(({ source }) => source) }
    const samples = sources.length === 0 && configuration.sources.length === 0 && !noSamples
    return new Dev({ path, sources, configuration, listen, data, samples, json, opens }).run()
  },
})

interface Request {
  readonly path: string
  readonly sources: readonly string[]
  readonly configuration: DevConfiguration
  readonly listen: string
  readonly data: string
  readonly samples: boolean
  readonly json: boolean
  /** Open the dashboard once the first version listens. */
  readonly opens: boolean
}

class Dev {
  readonly #request: Request
  readonly #files = new WatchedFiles()
  readonly #activity: FolderActivityReader
  /** The version that runs. */
  #current: DevRun | undefined
  /** The version that gets ready. */
  #next: DevRun | undefined
  /** The address of all versions: the port of the first version. */
  #listen: string
  #isStopping = false
  /** The command line is wrong, so no change of a file can fix the run. */
  #cannotRun = false
  /** A file changed since the version that gets ready was started. */
  #isChanged = false

  constructor(request: Request) {
    this.#request = request
    this.#listen = request.listen
    this.#activity = new FolderActivityReader(request.data)
    this.#files.add(resolve(request.path))
  }

  /** Runs until a signal. Returns the exit code. */
  async run(): Promise<number> {
    const stopped = untilSignal()
    // Set at once, since a terminal's signal also ends the child process.
    stopped.signal.addEventListener('abort', () => (this.#isStopping = true))
    try {
      void this.#start().then(first => (this.#cannotRun = !first.isRunning && !first.isStopped && first.ir !== undefined))
      while (!stopped.signal.aborted && !this.#cannotRun) {
        this.#poll()
        await pause(POLL_MS)
      }
      return this.#cannotRun && !stopped.signal.aborted ? 1 : 0
    } finally {
      stopped.forget()
      this.#isStopping = true
      await Promise.all([this.#next?.drop(), this.#current?.stop()])
      this.#print(this.#activity.poll())
      this.#activity.close()
    }
  }

  #poll(): void {
    this.#print(this.#activity.poll())
    if (this.#files.poll()) this.#restart()
  }

  /** Starts the new version. A version that is not ready is stopped first; the new version starts after it has ended. */
  #restart(): void {
    this.#isChanged = true
    if (this.#next) void this.#next.drop()
    else void this.#start()
  }

  /** Starts the current version of the file. Resolves when it runs or has ended. */
  async #start(): Promise<DevRun> {
    const { path, sources, configuration, data, samples } = this.#request
    const old = this.#current?.isRunning ? this.#current : undefined
    if (old) printStatus('changed: starting the new version')
    const options = [...sources.flatMap(source => ['--source', source]), ...(old ? ['--take-over'] : [])]
    const args = [path, '--data', data, '--listen', this.#listen, ...options]
    const next = new DevRun({ args, samples, configuration, onFile: (path, state) => this.#files.add(path, state) })
    this.#next = next
    this.#isChanged = false
    const slow = callAfter(SLOW_MS, () =>
      printStatus(next.ir ? '  still getting ready' : `  still loading: ${path}, or a file that it imports, has not finished yet`),
    )
    const url = await next.url
    slow.stop()
    if (this.#isChanged) await next.drop()
    // A version that becomes ready while `run` stops is stopped there, as the next one.
    if (this.#isStopping) return next
    this.#next = undefined
    if (this.#isChanged) {
      printStatus('changed before it was ready: starting again')
      return this.#start()
    }
    if (url === undefined) {
      printStatus(old?.isRunning ? 'the previous version continues' : 'nothing runs until a file changes')
      return next
    }
    if (this.#request.opens && !this.#current) openBrowser(`${url}/ui`)
    this.#current = next
    this.#listen = hostAndPort(url)
    void this.#reportEnd(next)
    if (samples) printStatus(samplesText(next.ir!.sources.filter(hasSamples).map(({ name }) => name)))
    return next
  }

  /** Reports a run that ended by itself. */
  async #reportEnd(run: DevRun): Promise<void> {
    const status = await run.exited
    if (this.#isStopping || this.#next || run !== this.#current) return
    printStatus(`the run ended with exit code ${status}; nothing runs until a file changes`)
  }

  #print({ decisions, effects }: FolderActivity): void {
    if (this.#request.json) {
      for (const decision of decisions) printJson({ decision })
      for (const effect of effects) printJson({ effect })
      return
    }
    printEach(decisions.slice(0, SHOWN), { json: false, textOf: decisionText })
    if (decisions.length > SHOWN) printLines(`… and ${pluralize(decisions.length - SHOWN, 'decision')} more`)
    for (const { number, action, state, why, body } of effects)
      printLines(`→ ${action}, effect ${number}, ${stateTexts[state]}${why === undefined ? '' : ` (${why})`}: ${body}`)
  }
}

const stateTexts = { pending: 'waits', delivered: 'delivered', dead: 'dead', dropped: 'dropped', dry: 'not sent' } as const

const samplesText = (names: readonly string[]): string =>
  names.length === 0
    ? '  no sample events: only the map of each source knows the format of its records; send your own'
    : `  sending sample events to ${names.map(name => `'${name}'`).join(', ')} every second; --no-samples turns them off`
