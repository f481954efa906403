/** Incompatibilities of two schemas, in one form for columns, JSON Schema, Avro and Protobuf. */

/** A reason why data of a writer's schema cannot be read with a reader's schema. */
export interface Incompatibility {
  /** Place in the schema: `/card/amount`; `/` is the whole. */
  readonly path: string
  /** The rule that is broken, such as `added-without-default`. Stable, for programs. */
  readonly rule: string
  /** The part at `path` as the reader and as the writer declare it; `none` where it is absent. */
  readonly reader: string
  readonly writer: string
  /** A sentence for people. */
  readonly problem: string
  /** The migration path. */
  readonly fix: string
}

/** Reasons why a reader's schema cannot read everything that a writer's schema allows; empty if it can. */
export type SchemaComparison<S> = (reader: S, writer: S) => readonly Incompatibility[]
