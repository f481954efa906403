/** Faults of a gate and of effects, one each, that `prove kafka` must find. */
import type { Edit } from '../../faults/edit.ts'

/** Cases from the seed of a fault on in which it is looked for. */
export const CASES_OF_FAULT = 5

const gate = 'src/gate/partition-gate.ts'

/** A fault, and the law that it breaks, as the proof says it. Its seed is one with a fault of the connections that brings it to light. */
interface KafkaFault extends Edit {
  readonly seed: number
  readonly finding: RegExp
}

export const kafkaFaults: Readonly<Record<string, KafkaFault>> = {
  'a gate stores its offset before its transaction': {
    seed: 15,
    path: gate,
    was: '    state.arrival = Math.max(clock(), state.arrival)\n',
    is: '    state.arrival = Math.max(clock(), state.arrival)\n    await this.#driver.commitOffsets(group, topics.raw, new Map([[partition, fetched.next]]))\n',
    // Records behind the offset are never decided.
    finding: /^case \d+: hung for .* at: .*\d+ of \d+ (checked|rejected) records/m,
  },
  'a gate does not compare ids': {
    seed: 5,
    path: 'src/gate/partition-check.ts',
    was: 'if (known && known.arrival >= since) return',
    is: 'if (known && known.arrival > Infinity) return',
    finding: /^case \d+: partition \d of the (checked|rejected) topic has /m,
  },
  'each gate writes under an id of its own': {
    seed: 30,
    path: gate,
    was: '`spillway-gate/${topics.checked}/${partition}`',
    is: '`spillway-gate/${topics.checked}/${partition}/${process.pid}`',
    // Both of two gates write the same.
    finding: /^case \d+: (hung for .* at: .*the first gate ends|partition \d of the (checked|rejected) topic has )/m,
  },
  'an effect that waits at a start is sent under another key': {
    seed: 10,
    path: 'src/action/delivery-lane.ts',
    was: 'yield { effect, attempts, next',
    is: 'yield { effect: { ...effect, id: `${effect.id}/again` }, attempts, next',
    finding: /^case \d+: (event \w+ is an effect in the topic, by key 2 times|an effect has another key in the topic than in the run)/m,
  },
}
