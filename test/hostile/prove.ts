/**
 * `npm run prove -- hostile --cases ROUNDS`: under attack by hostile clients, another client waits at most 250 ms at p99, and none of its
 * requests is rejected or lost.
 */
import { scratchFolder } from '../scratch.ts'
import type { ProofOptions } from '../prove.ts'
import { attacks, type AttackName } from './attacks.ts'
import type { ClientAnswers } from './other-client.ts'
import { HostileSuite, RSS_BYTES_MAX } from './suite.ts'

/** Milliseconds. */
const P99_MAX = 250

interface AttackResult {
  readonly attack: string
  readonly p99: string
  readonly median: string
  readonly rss: string
  readonly wrong: string
}

interface HostileResult {
  readonly [field: string]: unknown
  readonly rounds: number
  readonly undisturbedP99Ms: number
  readonly worstP99Ms: number
  readonly worstRssMiB: number
  /** Answers to the other client that were not 200. */
  readonly turnedAway: number
  readonly lost: number
  readonly attacks: readonly AttackResult[]
}

export async function prove({ cases }: ProofOptions): Promise<HostileResult> {
  const suite = new HostileSuite(scratchFolder('hostile-proof'))
  try {
    await suite.undisturbed(cases)
    const undisturbed = await suite.undisturbed(cases)
    const isBounded = await suite.boundsKeys()
    const names = (Object.keys(attacks) as AttackName[]).filter(name => isBounded || name !== 'distinct long texts')
    const results: { readonly name: string; readonly answered: ClientAnswers; readonly rss: number }[] = []
    for (const name of names) {
      console.error(name)
      const { answered, rss } = await suite.under(name, cases)
      results.push({ name, answered, rss })
    }
    await suite.crash()
    const lost = (await suite.missing()).length
    return {
      rounds: cases,
      undisturbedP99Ms: rounded(quantile(undisturbed.ms, 0.99)),
      worstP99Ms: rounded(Math.max(...results.map(({ answered }) => quantile(answered.ms, 0.99)))),
      worstRssMiB: Math.round(Math.max(...results.map(({ rss }) => rss)) / 2 ** 20),
      turnedAway: results.reduce((sum, { answered }) => sum + wrongOf(answered), 0),
      lost,
      attacks: results.map(({ name, answered, rss }) => ({
        attack: name,
        p99: `p99 ${rounded(quantile(answered.ms, 0.99))} ms`,
        median: `median ${rounded(quantile(answered.ms, 0.5))} ms`,
        rss: `${Math.round(rss / 2 ** 20)} MiB`,
        wrong: `${wrongOf(answered)} of ${answered.ms.length} turned away ${Object.values(answered.messages)[0] ?? ''}`,
      })),
    }
  } finally {
    await suite.close()
  }
}

export const holds = ({ worstP99Ms, worstRssMiB, turnedAway, lost }: HostileResult): boolean =>
  worstP99Ms < P99_MAX && worstRssMiB <= RSS_BYTES_MAX / 2 ** 20 && turnedAway === 0 && lost === 0

const wrongOf = ({ statuses }: ClientAnswers): number =>
  Object.entries(statuses).reduce((sum, [name, count]) => sum + (name.endsWith(' 200') ? 0 : count), 0)

const quantile = (values: readonly number[], of: number): number =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.ceil(values.length * of) - 1)]

const rounded = (ms: number): number => Math.round(ms * 10) / 10
