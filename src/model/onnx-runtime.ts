/**
 * ONNX Runtime as a function that gives its result at once: decisions are made in a loop that waits for nothing, and `session.run` is a promise. So graphs run in
 * a thread, one for all of a process, and whoever asks sleeps until it has answered. (The package's binding would answer at once, but is no part of what it
 * documents, and has changed between its versions.)
 *
 * The same file and rows give the same scores: one core, one node after the other, fixed options; and rows together only where each is treated by itself
 * (`OnnxIR.together`). Another version of the package, or another kind of processor, may differ in last bits.
 */
import { extname } from 'node:path'
import { MessageChannel, receiveMessageOnPort, Worker, type MessagePort } from 'node:worker_threads'
import { SpillwayError } from '../base/errors.ts'
import { limits } from '../base/limits.ts'
import type { OnnxFile } from '../define/model/onnx-file.ts'
import type { OnnxIR } from '../define/ir/onnx-ir.ts'
import type { OnnxData } from './onnx-data.ts'

export const ONNX_PACKAGE = 'onnxruntime-node'

/** What the thread is asked. A graph is known by `name` once it was loaded. */
export type OnnxCall =
  | { readonly kind: 'load'; readonly name: string; readonly ir: OnnxIR; readonly bytes: Uint8Array }
  | { readonly kind: 'score'; readonly name: string; readonly rows: number; readonly feeds: readonly OnnxData['values'][] }

/** What it answers. */
export type OnnxAnswer =
  | { readonly kind: 'loaded' }
  | { readonly kind: 'scores'; readonly scores: Float64Array }
  | { readonly kind: 'missing' }
  | { readonly kind: 'failed'; readonly why: string }

/** What the thread begins with. */
export interface OnnxThreadData {
  readonly port: MessagePort
  /** 1 once an answer is there. */
  readonly answered: Int32Array
}

/** Scores of so many rows, from the data of each feed, row after row. */
export type OnnxRun = (rows: number, feeds: readonly OnnxData['values'][]) => Float64Array

/**
 * Throws `SPILL_INPUT` without the package, `SPILL_DATA` for a file that the runtime does not take or that gives something else than it says, `SPILL_LIMIT` where
 * it takes longer than `ms`; the function throws the last two. A graph stays loaded for as long as the process lives.
 */
export function openOnnx(ir: OnnxIR, { path, bytes, sha256 }: OnnxFile, ms: number = limits.ONNX_MS): OnnxRun {
  const name = JSON.stringify(ir)
  const thread = (one ??= new OnnxThread())
  if (!thread.loaded.has(name)) thread.ask({ kind: 'load', name, ir, bytes }, path, ms)
  thread.loaded.add(name)
  return (rows, feeds) => {
    const answer = thread.ask(
      { kind: 'score', name, rows, feeds },
      path,
      ms,
      feeds.map(({ buffer }) => buffer),
    )
    if (answer.kind === 'scores') return answer.scores
    throw new SpillwayError('SPILL_DATA', `(${sha256.slice(0, 8)}) gave no scores`, { place: path })
  }
}

let one: OnnxThread | undefined

const program = new URL(`./onnx-thread${extname(import.meta.url)}`, import.meta.url)

class OnnxThread {
  /** Names of the graphs that it has. */
  readonly loaded = new Set<string>()
  readonly #port: MessagePort
  readonly #worker: Worker
  #isLost = false
  readonly #answered = new Int32Array(new SharedArrayBuffer(4))

  constructor() {
    const { port1, port2 } = new MessageChannel()
    this.#port = port1
    const workerData: OnnxThreadData = { port: port2, answered: this.#answered }
    this.#worker = new Worker(program, { workerData, transferList: [port2] })
    this.#worker.unref()
  }

  ask(call: OnnxCall, path: string, ms: number, transfer: readonly ArrayBuffer[] = []): OnnxAnswer {
    if (this.#isLost)
      throw tooLong(path, 'ran in a thread that was given up, since another graph took too long; begin again without that one')
    Atomics.store(this.#answered, 0, 0)
    this.#port.postMessage(call, transfer)
    if (Atomics.wait(this.#answered, 0, 0, ms) === 'timed-out') {
      // It might answer yet, and nobody may take that for the answer to another call.
      this.#isLost = true
      void this.#worker.terminate()
      if (one === this) one = undefined
      throw tooLong(path, `has not answered within ${ms} ms (ONNX_MS)`)
    }
    const answer = (receiveMessageOnPort(this.#port) as { message: OnnxAnswer }).message
    if (answer.kind === 'missing') {
      const fix = `npm install --ignore-scripts ${ONNX_PACKAGE}@1`
      throw new SpillwayError('SPILL_INPUT', `a score of ONNX needs the package '${ONNX_PACKAGE}': ${fix}`, { place: path })
    }
    if (answer.kind === 'failed') throw new SpillwayError('SPILL_DATA', `cannot be used: ${answer.why}`, { place: path })
    return answer
  }
}

const tooLong = (place: string, message: string): SpillwayError => new SpillwayError('SPILL_LIMIT', message, { place })
