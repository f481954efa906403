/** A schema in a real registry. */
import assert from 'node:assert/strict'

/** Registers a schema under a subject, and returns its id. `url`: the address of a registry with Confluent's API. */
export async function registerSchema(url: string, subject: string, schema: object): Promise<number> {
  const headers = { 'content-type': 'application/vnd.schemaregistry.v1+json' }
  const response = await fetch(`${url}/subjects/${subject}/versions`, { method: 'POST', headers, body: JSON.stringify(schema) })
  const answer = (await response.json()) as { readonly id?: number }
  assert.ok(answer.id !== undefined, JSON.stringify(answer))
  return answer.id
}
