import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LaneModel, type LaneCase } from '../../test/action/lane-model.ts'
import { random, type Random } from '../base/random.ts'
import { sweep } from '../../test/sweep.ts'

/** Relative frequency of each random operation. */
type Weights = Readonly<Record<'arrive' | 'sync' | 'tell' | 'answer' | 'again' | 'drop' | 'move' | 'stop' | 'crash', number>>

interface Case extends LaneCase {
  readonly weights: Weights
  readonly seed: number
}

function drawn(weights: Weights, chance: Random): keyof Weights {
  const all = Object.entries(weights) as [keyof Weights, number][]
  let left = chance() * all.reduce((sum, [, weight]) => sum + weight, 0)
  return all.find(([, weight]) => (left -= weight) < 0)![0]
}

/** Many are of one key. */
const keysOf = (some: number, chance: Random): string[] => Array.from({ length: some }, () => 'aaaaabbcdefgh'[Math.floor(chance() * 13)])

async function lives({ weights, seed, ...of }: Case, steps: number): Promise<void> {
  const chance = random(seed)
  const model = new LaneModel(of, chance)
  const [failing, final] = [chance(), chance()]
  const acts: Readonly<Record<keyof Weights, (some: number) => unknown>> = {
    arrive: some => model.arrive(keysOf(some, chance)),
    sync: some => model.sync(some),
    tell: some => model.tell(some),
    answer: () => model.answer(chance() < failing, chance() < final),
    again: () => model.byHand('again'),
    drop: () => model.byHand('dropped'),
    move: () => model.move(Math.floor(chance() * 3000)),
    stop: () => model.restart(false),
    crash: () => model.restart(true),
  }
  for (let i = 0; i < steps; i++) {
    await acts[drawn(weights, chance)](1 + Math.floor(chance() * 12))
    await model.look()
  }
  for (let rounds = 0; model.isUnsettled; rounds++) {
    assert.ok(rounds < 5000, `${model.pending} are never tried`)
    model.sync(Infinity)
    model.tell(Infinity)
    for (let i = 0; i < of.concurrency; i++) model.answer(false)
    model.move(1000)
    await model.look()
  }
  assert.equal(model.held, 0)
}

const usual: Weights = { arrive: 30, sync: 20, tell: 15, answer: 20, again: 4, drop: 2, move: 8, stop: 1, crash: 1 }
/** A store full of effects that failed before this start, many of which are tried again while it is read. */
const byHand: Weights = { arrive: 12, sync: 20, tell: 10, answer: 25, again: 30, drop: 2, move: 3, stop: 4, crash: 2 }

for (const [name, weights, cases] of [
  ['whatever comes and fails', usual, sweep(30, 80)],
  ['whatever is tried again by hand', byHand, sweep(60, 160)],
] as const)
  test(`${name}: each try is one that a plain list of effects allows, and what that allows is tried`, async () => {
    const chance = random(9611)
    const below = (max: number) => 1 + Math.floor(chance() * max)
    for (let i = 0; i < cases; i++) {
      const seed = Math.floor(chance() * 2 ** 31)
      const one = { heldMax: below(i % 2 === 0 ? 6 : 40), heldOfKeyMax: below(4), concurrency: below(4), weights, seed }
      try {
        await lives(one, 120)
      } catch (error) {
        throw new Error(`${JSON.stringify(one)}: ${(error as Error).message}`, { cause: error })
      }
    }
  })
