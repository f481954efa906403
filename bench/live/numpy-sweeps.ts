/** The baseline of `bench audit`: the same sweeps by numpy on every core, in a process that keeps the columns and computes on request. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import coefficients from '../../examples/flights/coefficients.json' with { type: 'json' }
import type { Blocks, Point, LevelPoints } from './audit-sweeps.ts'
import type { SweepsRequest } from './audit-process.ts'
import { PythonEnvironment, PythonPeer } from './python-peer.ts'

const VERSION = '2.4.6'

/** From PyPI, in an environment of its own. */
export const numpy = new PythonEnvironment('numpy', 'numpy', VERSION)

/** Measured in the process itself. */
export interface NumpyResult {
  readonly seconds: number
  /** Of all its processes. */
  readonly cpuSeconds: number
  /** Of the largest of its processes, since it began. */
  readonly peakMb: number
  /** In the order of the requested levels. */
  readonly points: readonly LevelPoints['modes'][]
}

export interface NumpyRequest extends SweepsRequest {
  readonly blocks: Blocks
  readonly levels: readonly Pick<LevelPoints, 'element' | 'setting'>[]
  readonly processes: number
}

export class NumpySweeps {
  static readonly version = VERSION
  readonly #peer: PythonPeer

  private constructor(peer: PythonPeer) {
    this.#peer = peer
  }

  /** `folder` has the columns of the history. */
  static async start(folder: string, { blocks, levels, draws, seed, processes }: NumpyRequest): Promise<NumpySweeps> {
    const settings = levels.map(({ element, setting }) => ({ element, setting }))
    writeFileSync(join(folder, 'settings.json'), JSON.stringify({ ...blocks, coefficients, draws, seed, processes, levels: settings }))
    const { peer } = await PythonPeer.start('numpy', numpy, 'audit-sweeps.py', [folder])
    return new NumpySweeps(peer)
  }

  async sweeps(): Promise<NumpyResult> {
    return (await this.#peer.ask('sweeps')) as NumpyResult
  }

  stop(): Promise<void> {
    return this.#peer.stop()
  }
}

/** Greatest differences of two sides, in utility a week and in AUC, and the number of compared points. */
export interface Apart {
  readonly perWeek: number
  readonly auc: number
  readonly compared: number
  /** Points that only one of the sides has. */
  readonly missing: number
}

export function apart(ours: readonly LevelPoints['modes'][], theirs: readonly LevelPoints['modes'][]): Apart {
  let [perWeek, auc, compared, missing] = [0, 0, 0, Math.abs(ours.length - theirs.length)]
  for (const [i, one] of ours.slice(0, theirs.length).entries())
    for (const [mode, point] of Object.entries(one)) {
      const other: Point = theirs[i][mode as keyof typeof one]
      if (point.perWeek === null || other.perWeek === null || point.auc === null || other.auc === null) {
        missing++
        continue
      }
      compared++
      perWeek = Math.max(perWeek, Math.abs(point.perWeek - other.perWeek))
      auc = Math.max(auc, Math.abs(point.auc - other.auc))
    }
  return { perWeek, auc, compared, missing }
}
