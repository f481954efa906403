/** The pairs of Avro types that schema resolution reads, without their parts (specification 1.12, Schema Resolution). */
import { type AvroType, avroShortName, isPromoted } from '../../../schema/index.ts'

type NamedType = Extract<AvroType, { readonly fullName: string }>

/** Are they of one name? The reader may state the writer's name as an alias. */
export const isSameName = (writer: NamedType, reader: NamedType): boolean =>
  avroShortName(writer.fullName) === avroShortName(reader.fullName) || reader.aliases.includes(writer.fullName)

/**
 * The branch of a reader's union for a writer's type: the type of the full name, otherwise the first of the same kind and name, otherwise
 * the first to which it is promoted. The specification takes the first of all; Apache's Java reader has this order. Of `[float, long]` a
 * long stays exact.
 */
export const branchFor = (writer: AvroType, branches: readonly AvroType[]): AvroType | undefined =>
  branches.find(branch => isSameFullName(writer, branch)) ??
  branches.find(branch => isSameType(writer, branch)) ??
  branches.find(branch => isPromoted(writer, branch))

const isSameFullName = (writer: AvroType, reader: AvroType): boolean =>
  'fullName' in writer && 'fullName' in reader && writer.kind === reader.kind && writer.fullName === reader.fullName

function isSameType(writer: AvroType, reader: AvroType): boolean {
  if (writer.kind !== reader.kind) return false
  if ('fullName' in writer && 'fullName' in reader) {
    const isSameSize = writer.kind !== 'fixed' || reader.kind !== 'fixed' || writer.size === reader.size
    return isSameName(writer, reader) && isSameSize
  }
  if (writer.kind === 'array' && reader.kind === 'array') return isMatch(writer.items, reader.items)
  if (writer.kind === 'map' && reader.kind === 'map') return isMatch(writer.values, reader.values)
  return true
}

const isMatch = (writer: AvroType, reader: AvroType): boolean =>
  writer.kind === 'union' || reader.kind === 'union' || isSameType(writer, reader) || isPromoted(writer, reader)
