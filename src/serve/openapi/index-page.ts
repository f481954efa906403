/** `GET /` of a server of its own: what there is to call, a line each, for whoever comes with `curl`. */
import type { Schema } from './json-schema.ts'

interface Operation {
  readonly summary: string
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly required?: boolean }[]
}

/** Of an OpenAPI document. */
export function frontText(name: string, { paths }: Schema): string {
  const operations = Object.entries(paths as Readonly<Record<string, Readonly<Record<string, Operation>>>>).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { summary, parameters = [] }]) => {
      const asked = parameters.filter(parameter => parameter.required && parameter.in === 'query').map(parameter => `${parameter.name}=…`)
      return [`${method.toUpperCase().padEnd(4)} ${path}${asked.length > 0 ? `?${asked.join('&')}` : ''}`, summary] as const
    }),
  )
  const lines = [...operations, ['GET  /openapi.json', 'All of this with its fields, as OpenAPI 3.1'] as const]
  const width = Math.max(...lines.map(([call]) => call.length))
  return [`pipeline '${name}'`, '', ...lines.map(([call, summary]) => `${call.padEnd(width)}  ${summary}`), ''].join('\n')
}
