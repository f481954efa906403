/**
 * Runs an external trainer in a process group of its own, which is killed when the trainer has ended, exceeds its timeout, or writes too
 * much. A process that leaves the group on purpose cannot be killed.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { callAfter, callEvery, pause, limits, durationText } from '../../base/index.ts'
import type { ExternalIR } from '../../define/ir/index.ts'
import { untrainable } from '../input/training-table.ts'
import { folderBytes, type TrainerFolder } from './trainer-folder.ts'

/** Limits of a trainer process. */
export interface TrainerProcessOptions {
  readonly signal?: AbortSignal | undefined
  /** Most bytes in its folder. Default TRAINER_BYTES_MAX. */
  readonly bytes?: number
}

/**
 * Runs the trainer and resolves with its last output.
 * @throws `SPILL_TRAINING` with its last output.
 */
export async function runTrainer(trainer: ExternalIR, folder: TrainerFolder, options: TrainerProcessOptions = {}): Promise<string> {
  const { command, args, env, timeout } = trainer
  const bytesMax = options.bytes ?? limits.TRAINER_BYTES_MAX
  const output = new OutputTail()
  const bytesBefore = folderBytes(folder.work)
  const child = spawn(command, [...args, folder.input, folder.output], {
    env: { ...process.env, TMPDIR: folder.work, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  child.stdout.on('data', (chunk: Buffer) => output.append(chunk))
  child.stderr.on('data', (chunk: Buffer) => output.append(chunk))
  let why: string | undefined
  const end = (because: string): void => {
    why ??= because
    endGroup(child)
  }
  const writesTooMuch = (): boolean => folderBytes(folder.work) - bytesBefore > bytesMax
  const tooMuch = `has written more than ${bytesMax} bytes (TRAINER_BYTES_MAX), and was ended`
  const timer = callAfter(timeout, () => end(`was not done after ${durationText(timeout)} (its timeout), and was ended`))
  const watch = callEvery(limits.TRAINER_CHECK_MS, () => writesTooMuch() && end(tooMuch))
  const stop = () => end('was ended, since whoever had it train was stopped')
  options.signal?.addEventListener('abort', stop, { once: true })
  if (options.signal?.aborted) stop()
  try {
    const ended = await endOf(child)
    why ??= ended ?? (writesTooMuch() ? tooMuch : undefined)
  } finally {
    timer.stop()
    watch.stop()
    options.signal?.removeEventListener('abort', stop)
  }
  if (why !== undefined) trainerFailed(trainer, why, output.text)
  return output.text
}

/** Throws `SPILL_TRAINING` about a trainer, with its last output. */
export function trainerFailed({ command, args }: ExternalIR, why: string, output: string): never {
  const name = [command, ...args].join(' ').slice(0, limits.FAILURE_REASON_CHARS_MAX)
  return untrainable(
    `the trainer '${name}' ${why}${output === '' ? '; it said nothing' : `; it said last:\n${output.replace(/^/gm, '  ')}`}`,
  )
}

/** Waits for the end of the process and kills its group; returns the failure, if any. */
async function endOf(child: ChildProcess): Promise<string | undefined> {
  const { promise, resolve } = Promise.withResolvers<string | undefined>()
  const closed = new Promise<void>(done => child.once('close', () => done()))
  child.once('error', error => resolve(`cannot be started: ${error.message}`))
  child.once('exit', (code, signal) =>
    resolve(code === 0 ? undefined : signal === null ? `ended with exit code ${code}` : `was ended by ${signal}`),
  )
  const why = await promise
  endGroup(child)
  // Its last output may still be in the pipe; a process outside the group can hold the pipe open for ever.
  await Promise.race([closed, pause(limits.TRAINER_CHECK_MS)])
  child.stdout?.destroy()
  child.stderr?.destroy()
  return why
}

function endGroup(child: ChildProcess): void {
  if (child.pid === undefined) return
  // Without process groups, at least the trainer itself.
  child.kill('SIGKILL')
  try {
    process.kill(-child.pid, 'SIGKILL')
  } catch (error) {
    // The group is gone; with zombies left, EPERM says the same.
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'ESRCH' && code !== 'EPERM') throw error
  }
}

const OUTPUT_LINES = 5

/** The last lines of the output of a trainer, both streams, in bounded memory. The output is untrusted. */
class OutputTail {
  #tail = Buffer.alloc(0)

  append(chunk: Buffer): void {
    const all = Buffer.concat([this.#tail, chunk.subarray(-limits.TRAINER_OUTPUT_BYTES)])
    this.#tail = Buffer.from(all.subarray(-limits.TRAINER_OUTPUT_BYTES))
  }

  /** Without terminal control sequences. */
  get text(): string {
    const lines = this.#tail
      .toString('utf8')
      .replaceAll(/\p{Cc}\[[0-9;]*[A-Za-z]/gu, '')
      .split(/[\r\n]+/)
      .map(line => line.replaceAll(/[\p{Cc}\p{Cf}\uFFFD]/gu, '·').trim())
    const last = lines
      .filter(line => line !== '')
      .slice(-OUTPUT_LINES)
      .map(line => line.slice(0, limits.FAILURE_REASON_CHARS_MAX))
    return last.join('\n')
  }
}
