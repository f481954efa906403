/** The baseline of `bench audit`: the same sweeps by numpy on every core, in a process that keeps the columns and computes on request. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import coefficients from '../../examples/flights/coefficients.json' with { type: 'json' }
import type { Blocks, Point, RungPoints } from './audit-ladders.ts'
import type { LaddersAsk } from './audit-process.ts'
import { PythonEnvironment, PythonPeer } from './python-peer.ts'

const VERSION = '2.4.6'

/** From PyPI, in an environment of its own. */
export const numpy = new PythonEnvironment('numpy', 'numpy', VERSION)

/** Measured in the process itself. */
export interface NumpyTook {
  readonly seconds: number
  /** Of all its processes. */
  readonly cpuSeconds: number
  /** Of the largest of its processes, since it began. */
  readonly peakMb: number
  /** In the order of the requested levels. */
  readonly points: readonly RungPoints['ways'][]
}

export interface NumpyAsk extends LaddersAsk {
  readonly blocks: Blocks
  readonly rungs: readonly Pick<RungPoints, 'element' | 'setting'>[]
  readonly processes: number
}

export class NumpyLadders {
  static readonly version = VERSION
  readonly #peer: PythonPeer

  private constructor(peer: PythonPeer) {
    this.#peer = peer
  }

  /** `folder` has the columns of the history. */
  static async start(folder: string, { blocks, rungs, draws, seed, processes }: NumpyAsk): Promise<NumpyLadders> {
    const asked = rungs.map(({ element, setting }) => ({ element, setting }))
    writeFileSync(join(folder, 'settings.json'), JSON.stringify({ ...blocks, coefficients, draws, seed, processes, rungs: asked }))
    const { peer } = await PythonPeer.start('numpy', numpy, 'audit-ladders.py', [folder])
    return new NumpyLadders(peer)
  }

  async ladders(): Promise<NumpyTook> {
    return (await this.#peer.ask('ladders')) as NumpyTook
  }

  stop(): Promise<void> {
    return this.#peer.stop()
  }
}

/** Greatest differences of two sides, in utility a week and in AUC, and the number of compared points. */
export interface Apart {
  readonly aWeek: number
  readonly auc: number
  readonly compared: number
  /** Points that only one of the sides has. */
  readonly missing: number
}

export function apart(ours: readonly RungPoints['ways'][], theirs: readonly RungPoints['ways'][]): Apart {
  let [aWeek, auc, compared, missing] = [0, 0, 0, Math.abs(ours.length - theirs.length)]
  for (const [i, one] of ours.slice(0, theirs.length).entries())
    for (const [way, point] of Object.entries(one)) {
      const other: Point = theirs[i][way as keyof typeof one]
      if (point.aWeek === null || other.aWeek === null || point.auc === null || other.auc === null) {
        missing++
        continue
      }
      compared++
      aWeek = Math.max(aWeek, Math.abs(point.aWeek - other.aWeek))
      auc = Math.max(auc, Math.abs(point.auc - other.auc))
    }
  return { aWeek, auc, compared, missing }
}
