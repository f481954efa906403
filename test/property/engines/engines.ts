import { SpillwayError } from '../../../src/base/errors.ts'
import type { Engine } from '../case.ts'
import { duckdbEngine } from './duckdb.ts'
import { kernelEngine } from './kernel.ts'
import { loggedEngine } from './log-engine.ts'
import { oracleEngine } from './oracle.ts'
import { restoredEngine } from './restored-kernel.ts'
import { liftedTilesEngine, tilesEngine } from './tiles.ts'

/** The oracle comes first: the reference, unless others are named. */
const engines = {
  oracle: oracleEngine,
  kernel: kernelEngine,
  'kernel-restored': restoredEngine,
  log: loggedEngine,
  duckdb: duckdbEngine,
  'tiles-lifted': liftedTilesEngine,
  tiles: tilesEngine,
}

export const engineNames = Object.keys(engines)

export async function openEngine(name: string): Promise<Engine> {
  if (!Object.hasOwn(engines, name)) throw new SpillwayError('SPILL_INPUT', `no engine '${name}'; there are ${engineNames.join(', ')}`)
  return engines[name as keyof typeof engines]()
}
