/** A runtime for a thread: amount · factor, NULL where the amount is. Texts in the third column make it misbehave. */
import type { ThreadRuntime } from '../../src/model/thread-runtime.ts'

const runtime: ThreadRuntime<{ readonly factor: number }> = {
  async load({ definition: { factor } }) {
    if (typeof factor !== 'number') throw new Error('a product has a factor')
    return {
      async score({ length, columns: [amounts, , texts] }) {
        const faults = texts as readonly (string | null)[]
        if (faults.includes('throw')) throw new Error('no such country')
        if (faults.includes('hang')) await new Promise(() => setInterval(() => {}, 1000))
        if (faults.includes('exit')) process.exit(1)
        if (faults.includes('rubbish')) return [1, 2] as never
        if (faults.includes('short')) return { scores: new Float64Array(length + 1) }
        const scores = Float64Array.from(amounts as Float64Array, amount => amount * factor)
        return { scores, rejected: faults.flatMap((text, row) => (text === 'reject' ? [[row, 'rejected it'] as const] : [])) }
      },
    }
  },
}
export default runtime
