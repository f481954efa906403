/** Settings that the definitions, the configuration and the cases of `prove kafka` share: the topics and the limit of its runs. */

/** The topics that a run writes. */
export type RunTopic = 'effects' | 'decisions' | 'deadLetters'

/** The environment variables with their names. */
export const runTopicVariables: Readonly<Record<RunTopic, string>> = {
  effects: 'KAFKA_PROOF_EFFECTS',
  decisions: 'KAFKA_PROOF_DECISIONS',
  deadLetters: 'KAFKA_PROOF_DEAD_LETTERS',
}

export const runTopicOf = (kind: RunTopic): string => process.env[runTopicVariables[kind]] ?? kind

/** The greatest amount that runs accept. The gate accepts all. */
export const RUN_AMOUNT_MAX = 5_000_000
