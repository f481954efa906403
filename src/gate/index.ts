/** The gate: raw records of a topic become checked events of a source topic, each once. */
export { TopicGate } from './gate.ts'
