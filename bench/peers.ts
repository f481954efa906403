/**
 * `npm run peers -- NAME`: installs a baseline of the benches on this machine, once, in `.peers/`, which Git ignores.
 *
 * Exit code: 0 if it is installed, 1 if it could not be, 2 for an unknown name.
 */
import { spawnSync } from 'node:child_process'
import { makeCluster } from '../test/postgres/cluster.ts'
import { bringServer } from '../test/postgres/programs.ts'
import { installFeast } from './live/feast.ts'
import { installLightgbm } from './live/lightgbm.ts'
import { numpy } from './live/numpy-sweeps.ts'
import { CLUSTER } from './live/postgres.ts'
import { sklearn } from './live/sklearn.ts'
import { installSpark } from './live/spark.ts'

const peers: Readonly<Record<string, () => void>> = {
  /** From Debian's packages; the cluster is this checkout's own. */
  postgres() {
    bringServer()
    makeCluster(CLUSTER)
  },
  feast: () => installFeast(command),
  sklearn: () => sklearn.install(command),
  numpy: () => numpy.install(command),
  /** For the test of `examples/lightgbm`. */
  lightgbm: () => installLightgbm(command),
  spark: () => installSpark(command),
}

function command(name: string, args: readonly string[]): void {
  const { status, error } = spawnSync(name, args, { stdio: ['ignore', 2, 2] })
  if (status !== 0) throw new Error(`${name} ${args.join(' ')} failed${error ? `: ${error.message}` : ''}`)
}

const [name = '', ...more] = process.argv.slice(2)
if (more.length > 0 || !Object.hasOwn(peers, name)) {
  console.error(`usage: npm run peers -- ${Object.keys(peers).join(' | ')}`)
  process.exitCode = 2
} else {
  try {
    peers[name]()
    console.error(`the peer ${name} is there`)
  } catch (error) {
    console.error(`the peer ${name} could not be brought: ${(error as Error).message}`)
    process.exitCode = 1
  }
}
