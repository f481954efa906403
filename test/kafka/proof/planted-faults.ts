/** Faults of a gate, of effects and of runs that share a topic, one each, that `prove kafka` must find. */
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
    seed: 293,
    path: gate,
    was: '    state.arrival = Math.max(clock(), state.arrival)\n',
    is: '    state.arrival = Math.max(clock(), state.arrival)\n    await this.#driver.commitOffsets(group, topics.raw, new Map([[partition, fetched.next]]))\n',
    // Records behind the offset are never decided, and later ones may be.
    finding: /^case \d+: (hung for .* at: .*\d+ of \d+ (checked|rejected) records|partition \d of the (checked|rejected) topic has )/m,
  },
  'a gate does not compare ids': {
    seed: 5,
    path: 'src/gate/partition-check.ts',
    was: 'if (known && known.arrival >= since && ',
    is: 'if (known && known.arrival > Infinity && ',
    finding: /^case \d+: partition \d of the (checked|rejected) topic has /m,
  },
  'each gate writes under an id of its own': {
    seed: 195,
    path: gate,
    was: '`spillway-gate/${topics.checked}/${partition}`',
    is: '`spillway-gate/${topics.checked}/${partition}/${process.pid}`',
    // Both of two gates write the same.
    finding: /^case \d+: (hung for .* at: .*the first gate ends|partition \d of the (checked|rejected) topic has )/m,
  },
  'an effect that waits at a start is sent under another key': {
    seed: 58,
    path: 'src/action/delivery-lane.ts',
    was: 'yield { effect, attempts, next',
    is: 'yield { effect: { ...effect, id: `${effect.id}/again` }, attempts, next',
    finding: /^case \d+: (event \w+ is an effect in the topic, by key 2 times|an effect has another key in the topic than in the run)/m,
  },
  'a run that was killed forgets what it has claimed of a shared topic': {
    seed: 1219,
    path: 'src/sources/kafka/partition-share.ts',
    was: '    const owed = unrecordedOf(stored, member, position)\n    if (stored.holder',
    is: '    const owed = unrecordedOf(stored, member, Infinity)\n    if (stored.holder',
    // Nobody reads these records any more.
    finding: /^case \d+: hung for .* at: .*\d+ of \d+ effects/m,
  },
  'a run reads on where its fetch has got to, not behind what it had claimed': {
    seed: 1829,
    path: 'src/sources/kafka/partition-shares.ts',
    was: 'if (next.offset !== fetchedTo) read.assignment',
    is: 'if (next.offset !== place.offset) read.assignment',
    finding: /^case \d+: hung for .* at: .*\d+ of \d+ effects/m,
  },
}
