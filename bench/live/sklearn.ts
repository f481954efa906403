/**
 * The baseline of `bench train`: scikit-learn's HistGradientBoostingClassifier on one thread, in a process that keeps the rows and fits on
 * request.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { LabelledRows } from '../data/labelled-rows.ts'
import { PythonEnvironment, PythonPeer } from './python-peer.ts'

const VERSION = '1.9.1'

/** From PyPI, in an environment of its own. */
export const sklearn = new PythonEnvironment('sklearn', 'scikit-learn', VERSION)

/** Of one fit, measured in the process itself. */
export interface FitResult {
  readonly wall: number
  readonly cpu: number
  readonly trees: number
}

export interface SameSettings {
  readonly rounds: number
  readonly learningRate: number
  readonly leaves: number
  readonly minRows: number
  readonly bins: number
}

export class Sklearn {
  static readonly version = VERSION
  readonly #peer: PythonPeer
  readonly #folder: string

  private constructor(peer: PythonPeer, folder: string) {
    this.#peer = peer
    this.#folder = folder
  }

  static async start(folder: string, train: LabelledRows, heldOut: LabelledRows, settings: SameSettings): Promise<Sklearn> {
    for (const [name, { columns, labels }] of Object.entries({ train, heldOut })) {
      writeFileSync(join(folder, `${name}.columns`), Buffer.concat(Object.values(columns).map(column => new Uint8Array(column.buffer))))
      writeFileSync(join(folder, `${name}.labels`), labels)
    }
    writeFileSync(join(folder, 'settings.json'), JSON.stringify(settings))
    const { peer } = await PythonPeer.start('scikit-learn', sklearn, 'sklearn-train.py', [folder])
    return new Sklearn(peer, folder)
  }

  async fit(): Promise<FitResult> {
    return (await this.#peer.ask('fit')) as FitResult
  }

  /** Probabilities of the held-out rows by the last fit. */
  async predict(): Promise<Float64Array> {
    await this.#peer.ask('predict')
    const bytes = readFileSync(join(this.#folder, 'predicted'))
    return new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength))
  }

  stop(): Promise<void> {
    return this.#peer.stop()
  }
}
