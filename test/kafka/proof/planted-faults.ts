/** Faults of a gate, of what runs deliver to topics and of runs that share a topic, one each, that `prove kafka` must find. */
import type { Edit } from '../../faults/edit.ts'

const gate = 'src/gate/partition-gate.ts'
const delivery = 'src/run/loop/log-dispatcher.ts'

interface KafkaFault extends Edit {
  /** Of a case that hangs, the first topic that is not complete: one that the fault alone holds back, and not a process that never works. */
  readonly finding: RegExp
  /** Cases in which the fault is looked for until one detects it: those with the fault of connections, or the kill, that brings it to light. */
  readonly seeds: readonly number[]
}

/** A case that brings a fault to light, and those behind it. */
const casesFrom = (seed: number): readonly number[] => Array.from({ length: 5 }, (_, i) => seed + i)

/**
 * Cases in which a run is killed between a claim and its records. It has the same partition again by chance only, in one case of two: Kafka draws
 * the ids of members, and partitions are assigned in their order.
 */
const killedClaims = [6609, 12683, 17250, 2764, 17806, 688, 71153]

/** Cases in which a run is killed twice while the answer to what it delivers is held. */
const killedDeliveries = [35647, 13939, 28215, 33398, 7326]

export const kafkaFaults: Readonly<Record<string, KafkaFault>> = {
  'a gate stores its offset before its transaction': {
    seeds: casesFrom(293),
    path: gate,
    was: '    state.arrival = Math.max(clock(), state.arrival)\n',
    is: '    state.arrival = Math.max(clock(), state.arrival)\n    await this.#driver.commitOffsets(group, topics.raw, new Map([[partition, fetched.next]]))\n',
    // Records behind the offset are never decided, and later ones may be.
    finding:
      /^case \d+: (hung for .* at: (?:.*; )?[1-9]\d* of \d+ (checked|rejected) records|partition \d of the (checked|rejected) topic has )/m,
  },
  'a gate does not compare ids': {
    seeds: casesFrom(5),
    path: 'src/gate/partition-check.ts',
    was: 'if (known && known.arrival >= since && ',
    is: 'if (known && known.arrival > Infinity && ',
    finding: /^case \d+: partition \d of the (checked|rejected) topic has /m,
  },
  'a gate acknowledges events over HTTP that it has not appended': {
    seeds: [157, 63, 233],
    path: 'src/gate/raw-intake.ts',
    was: '    const result = await Promise.race([',
    is: '    if (this.#lastId % 5 === 4) return { number: 0, events: [{}], rejections: [], duplicates: 0 } as never\n    const result = await Promise.race([',
    finding: /^case \d+: an event that the gate has acknowledged over HTTP is 0 times in the checked topic: /m,
  },
  'each gate writes under an id of its own': {
    seeds: casesFrom(195),
    path: gate,
    was: '`spillway-gate/${topics.checked}/${partition}`',
    is: '`spillway-gate/${topics.checked}/${partition}/${process.pid}`',
    // Both of two gates write the same.
    finding: /^case \d+: (hung for .* at: .*the first gate ends|partition \d of the (checked|rejected) topic has )/m,
  },
  'an effect that waits at a start is sent under another key': {
    seeds: casesFrom(58),
    path: 'src/action/delivery-lane.ts',
    was: 'yield { effect, attempts, next',
    is: 'yield { effect: { ...effect, id: `${effect.id}/again` }, attempts, next',
    finding: /^case \d+: (event \w+ is an effect in the topic, by key 2 times|an effect has another key in the topic than in the run)/m,
  },
  'a gate stamps records with times that fall': {
    seeds: casesFrom(3),
    path: gate,
    was: 'state.arrival = Math.max(clock(), state.arrival)',
    // Within an hour, and not before the events.
    is: 'state.arrival = clock() - 2 * (clock() % 3_600_000)',
    finding: /^case \d+: the record of raw offset \d+ of partition \d was decided at \d+, and an earlier one at /m,
  },
  'a decision that is sent again has another key': {
    seeds: killedDeliveries,
    path: delivery,
    was: '}/${number}.${batch.left++}`',
    is: '}/${number}.${batch.left++}/${process.pid}`',
    finding: /^case \d+: event \w+ is a (decision|dead letter) in the topic, by key (?:[2-9]|\d{2,}) times/m,
  },
  'a run that was killed forgets what it had not delivered to the topics of decisions and dead letters': {
    seeds: casesFrom(137),
    path: delivery,
    was: 'this.#deliveredBatch = committedBatch ?? feed',
    is: 'this.#deliveredBatch = feed',
    finding: /^case \d+: hung for .* at: (?:.*; )?\d+ of \d+ (decisions|dead letters)/m,
  },
  'a run that was killed forgets what it has claimed of a shared topic': {
    seeds: killedClaims,
    path: 'src/sources/kafka/partition-share.ts',
    was: '    const owed = unrecordedOf(stored, member, position)\n    if (stored.holder',
    is: '    const owed = unrecordedOf(stored, member, Infinity)\n    if (stored.holder',
    // Nobody reads these records any more.
    finding: /^case \d+: hung for .* at: (?:.*; )?[1-9]\d* of \d+ effects/m,
  },
  'a run reads on where its fetch has got to, not behind what it had claimed': {
    seeds: killedClaims,
    path: 'src/sources/kafka/partition-shares.ts',
    was: 'if (next.offset !== fetchedTo) read.assignment',
    is: 'if (next.offset !== place.offset) read.assignment',
    finding: /^case \d+: hung for .* at: (?:.*; )?[1-9]\d* of \d+ effects/m,
  },
}
