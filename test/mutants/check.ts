/**
 * Started with a fault, `check.ts PROOF CASES [REFERENCES]`: exit code 0 if a short run of the proof holds. An engine of `prove parity` is
 * compared with the oracle's answers in the file REFERENCES.
 */
import { firstDifference } from './references.ts'

const SEED = 1

/** Each says whether its proof holds. None writes a regression, since a planted fault is no defect. Modules are loaded on demand. */
const proofs: Readonly<Record<string, (cases: number) => Promise<boolean>>> = {
  crash: crashHolds,
  power: async cases => {
    const { provePower } = await import('../crash/power.ts')
    const { failures } = await provePower(cases, SEED, () => {})
    return failures.length === 0
  },
  cut: async cases => {
    const { prove, holds } = await import('../cut/prove.ts')
    return holds(await prove({ cases, seed: SEED }))
  },
  placements: async cases => {
    const { prove, holds } = await import('../placements/prove.ts')
    return holds(await prove({ cases, seed: SEED }))
  },
  rebuild: async cases => {
    const { prove, holds } = await import('../rebuild/prove.ts')
    return holds(await prove({ cases, seed: SEED }))
  },
  reconcile: async cases => {
    const { prove, holds } = await import('../reconcile/prove.ts')
    return holds(await prove({ cases, seed: SEED }))
  },
}

/** Runs that crash on a model store; every second one trains models. */
async function crashHolds(cases: number): Promise<boolean> {
  const { generateCrash, generateTrained } = await import('../crash/generate.ts')
  const { crashModel } = await import('../crash/model.ts')
  const { isSound } = await import('../crash/verdict.ts')
  for (let i = 0; i < cases; i++) {
    const { verdict } = await crashModel((i % 2 === 1 ? generateTrained : generateCrash)(SEED + i))
    if (!isSound(verdict)) return false
  }
  return true
}

const [name, cases, references] = process.argv.slice(2)
const difference =
  references === undefined
    ? (await proofs[name](Number(cases))) || `${name} does not hold`
    : await firstDifference(references, name, Number(cases))
if (typeof difference === 'string') {
  console.log(difference)
  process.exitCode = 1
}
