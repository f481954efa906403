/** Faults of a gate and of effects, one each, that `prove kafka` must find. */
import type { Edit } from '../../faults/edit.ts'

const gate = 'src/gate/partition-gate.ts'

/** A fault, and the law that it breaks, as the proof says it. */
interface KafkaFault extends Edit {
  readonly finding: RegExp
}

export const kafkaFaults: Readonly<Record<string, KafkaFault>> = {
  'a gate stores its offset before its transaction': {
    path: gate,
    was: '    state.arrival = Math.max(clock(), state.arrival)\n',
    is: '    state.arrival = Math.max(clock(), state.arrival)\n    await this.#driver.commitOffsets(group, topics.raw, new Map([[partition, fetched.next]]))\n',
    // Records behind the offset are never decided.
    finding: /^case \d+: hung for .* at: \d+ of \d+ (checked|rejected) records/m,
  },
  'a gate does not compare ids': {
    path: 'src/gate/partition-check.ts',
    was: 'if (known && known.arrival >= since) return',
    is: 'if (known && known.arrival > Infinity) return',
    finding: /^case \d+: partition \d of the checked topic has \d+ records, \d+ are right/m,
  },
  'each gate writes under an id of its own': {
    path: gate,
    was: '`spillway-gate/${topics.checked}/${partition}`',
    is: '`spillway-gate/${topics.checked}/${partition}/${process.pid}`',
    // A transaction that a killed gate has left open hides what is written behind it; or two gates write the same.
    finding: /^case \d+: (hung for |partition \d of the (checked|rejected) topic has )/m,
  },
  'an effect that waits at a start is sent under another key': {
    path: 'src/action/delivery-lane.ts',
    was: 'yield { effect, attempts, next',
    is: 'yield { effect: { ...effect, id: `${effect.id}/again` }, attempts, next',
    finding: /^case \d+: (event \w+ is an effect in the topic, by key 2 times|an effect has another key in the topic than in the run)/m,
  },
}
