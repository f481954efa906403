/** Parts of routes: lists with query parameters, and what operators change or start. */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Socket } from 'node:net'
import { wallClock } from '../../base/index.ts'
import { type FolderView, type PersonalMask, type RunControl, withOperatorLogAsync } from '../../operate/index.ts'
import type { Role } from '../access/token-file.ts'
import { withBody } from '../body/body.ts'
import { parseJsonValue } from '../body/json-body.ts'
import type { ServerContext } from '../context/server-context.ts'
import { mediaTypeOf, type Query, singleParameters, wholeNumberParameter } from '../http/request.ts'
import { ServeError } from '../http/serve-error.ts'

interface ReadRoute {
  Params: Readonly<Record<string, string>>
  Querystring: Query
}

/** Returns the answer as an object, or as the text of its JSON. */
type Read<Name extends string> = (parameters: Readonly<Partial<Record<Name, string>>>, request: FastifyRequest<ReadRoute>) => unknown

/** Adds a GET that needs the role `read`, or another one, with query parameters of which each is given once. */
export function addReadRoute<const Name extends string>(
  app: FastifyInstance,
  path: string,
  names: readonly Name[],
  read: Read<Name>,
  { role = 'read', detailRole }: { readonly role?: Role; readonly detailRole?: Role | undefined } = {},
): void {
  app.get<ReadRoute>(path, { config: { role, query: names, detailRole } }, async (request, reply) => {
    const answer = await read(singleParameters(request.query, names), request)
    if (typeof answer === 'string') reply.type('application/json')
    return answer
  })
}

/** The role that sees personal data, for a route's `detailRole`; none where the pipeline has no personal data. */
export const personalRole = ({ mask }: Pick<ServerContext, 'mask'>): { readonly detailRole: Role | undefined } => ({
  detailRole: mask && 'personal',
})

/** The mask of an answer to a client of a route with `personalRole`; `undefined` if the client sees everything. */
export const maskFor = (
  { mask }: Pick<ServerContext, 'mask'>,
  { hasDetailRole }: Pick<FastifyRequest, 'hasDetailRole'>,
): PersonalMask | undefined => (hasDetailRole ? undefined : mask)

/** The number of newest attempts of jobs that are listed. */
export const JOBS_SHOWN = 100

/** The number to list: the parameter `limit`, 20 by default. Throws 400. */
export const listLimit = (limit: string | undefined, max: number): number =>
  limit === undefined ? 20 : wholeNumberParameter('limit', limit, max)

/** A part of the run or server. Throws 400 (`SPILL_UNSUPPORTED`) with the problem if there is none. */
export function requirePart<T>(part: T | undefined, problem: string): T {
  if (part !== undefined) return part
  throw new ServeError('SPILL_UNSUPPORTED', problem)
}

/** A number in a path. Throws 404. */
export function pathNumber(kind: string, text: string): number {
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text)
  throw noSuch(kind, text)
}

/** 404 for the number of something. */
export const noSuch = (kind: string, number: string): ServeError =>
  new ServeError('SPILL_NOT_FOUND', `there is no ${kind} '${number}'; GET /${kind.replace(' ', '-')}s lists them`)

/** The JSON of a body. Throws 415 for another type. */
export function jsonBody({ load }: ServerContext, request: FastifyRequest): Promise<unknown> {
  if (mediaTypeOf(request.raw) === 'json') return withBody(request.raw, load.shareOf('read', request), parseJsonValue)
  throw new ServeError('SPILL_INPUT', 'the body is one JSON object: send it with -H content-type:application/json (or curl --json)', {
    status: 415,
  })
}

/** The client in the operator log. */
export const operatorOf = ({ client }: Pick<FastifyRequest, 'client'>): string => (client === undefined ? 'http' : `token:${client}`)

/** The control of the run. Throws 400 (`SPILL_UNSUPPORTED`) without it. */
export const requireControl = ({ control }: ServerContext): RunControl =>
  requirePart(
    control,
    'this server makes no changes of dead letters, effects, jobs and models; use `spillway dlq`, `effects`, `jobs` and `models`',
  )

/** Makes a change within the client's share of the server. */
export const makeChange = <T>(
  context: ServerContext,
  request: FastifyRequest,
  act: (control: RunControl, by: string) => Promise<T>,
): Promise<T> => context.load.shareOf('read', request).countRequest(() => act(requireControl(context), operatorOf(request)))

/** Starts a job on request of a client, and records it in the operator log. A job may take longer than a connection may be silent. */
export const startJob = <T>(
  folder: FolderView,
  request: Pick<FastifyRequest, 'client' | 'raw'>,
  [command, subject]: readonly [command: string, subject: string],
  act: (setDetail: (detail: string) => void) => Promise<T>,
): Promise<T> =>
  withoutSilenceLimit(request.raw.socket, () =>
    withOperatorLogAsync(folder.path, { at: wallClock(), operator: operatorOf(request), command, target: subject }, act),
  )

/** Sockets of requests whose jobs run, with the number of the jobs and the timeout to restore: requests may be pipelined. */
const suspendedTimeouts = new WeakMap<Socket, { jobs: number; readonly timeout: number }>()

/** Runs `act` while the connection has no timeout. The one for an idle connection applies after the answer. */
async function withoutSilenceLimit<T>(socket: Socket, act: () => Promise<T>): Promise<T> {
  // An injected request has no timeouts.
  if (!('setTimeout' in socket)) return act()
  const suspension = suspendedTimeouts.get(socket) ?? { jobs: 0, timeout: socket.timeout ?? 0 }
  suspendedTimeouts.set(socket, suspension)
  if (suspension.jobs++ === 0) socket.setTimeout(0)
  try {
    return await act()
  } finally {
    if (--suspension.jobs === 0) {
      suspendedTimeouts.delete(socket)
      socket.setTimeout(suspension.timeout)
    }
  }
}
