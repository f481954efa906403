/** The randomised proofs with several times the cases of `npm test`, and other seeds. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as backfill from './backfill/prove.ts'
import * as crash from './crash/prove.ts'
import * as cut from './cut/prove.ts'
import * as inputs from './inputs/prove.ts'
import * as placements from './placements/prove.ts'
import * as parity from './property/parity.ts'
import * as rebuild from './rebuild/prove.ts'
import * as reconcile from './reconcile/prove.ts'

const SEED = 1000

interface Proof<R> {
  readonly prove: (options: { readonly cases: number; readonly seed: number }) => Promise<R>
  readonly holds: (result: R) => boolean
}

function proof<R>(name: string, { prove, holds }: Proof<R>, cases: number): void {
  test(`${name}: ${cases} cases`, async () => {
    const result = await prove({ cases, seed: SEED })
    assert.ok(holds(result), JSON.stringify(result))
  })
}

proof('parity', parity, 300)
proof('reconcile', reconcile, 30)
proof('placements', placements, 60)
proof('rebuild', rebuild, 80)
proof('backfill', backfill, 8)
proof('crash', crash, 40)
proof('cut', cut, 100)
proof('inputs', inputs, 4000)
