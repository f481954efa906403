/** The part of a gate that its server uses. `TopicGate` implements it. */
import type { TopicGate } from '../../gate/index.ts'

export type ServedGate = Pick<TopicGate, 'source' | 'partitions' | 'ends' | 'problem' | 'intake'>
