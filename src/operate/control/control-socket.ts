/**
 * The control socket of a data folder: `run-control/socket`, a Unix-domain socket that only the folder's owner can reach.
 *
 * The folder `run-control` is private (0700) before the socket is made in it, so that no other user can connect in between. Messages are
 * lines of JSON: a request `{ "protocol": 2, "operation": "editDeadLetter", "by": "cli:ann", "request": { … } }`, then its answer
 * `{ "result": … }` or `{ "error": { "code", "message" } }`.
 */
import { closeSync, existsSync, openSync } from 'node:fs'
import type { Socket } from 'node:net'
import { join, resolve } from 'node:path'
import { SpillwayError } from '../../base/index.ts'

/** Version of the messages. */
export const CONTROL_PROTOCOL = 2

/** Bytes of a socket's path that every system takes: macOS has room for 104 with the final zero, Linux for 108. */
const PATH_BYTES_MAX = 103

/** Open folders of this process, as paths: Linux only. */
const OPEN_FOLDERS = '/proc/self/fd'

/** The folder of the control socket. */
export const controlFolder = (data: string): string => resolve(data, 'run-control')

/** An address of the control socket. */
export interface ControlAddress {
  readonly path: string
  /** Call it once the socket is connected, or closed. */
  release(): void
}

/**
 * The address of a data folder's control socket. A path that is too long for a socket is shortened by the descriptor of its folder.
 *
 * @throws `SPILL_UNSUPPORTED` for a path that is too long, where the system has no such paths; an error of the system for a folder that
 *   does not exist.
 */
export function controlAddress(data: string): ControlAddress {
  const folder = controlFolder(data)
  const path = join(folder, SOCKET)
  const bytes = Buffer.byteLength(path)
  if (bytes <= PATH_BYTES_MAX) return { path, release: () => {} }
  if (!existsSync(OPEN_FOLDERS))
    throw new SpillwayError(
      'SPILL_UNSUPPORTED',
      `the path of its control socket has ${bytes} bytes, and a socket's path at most ${PATH_BYTES_MAX}; move the data folder to a shorter path`,
    )
  const descriptor = openSync(folder, 'r')
  return { path: join(OPEN_FOLDERS, String(descriptor), SOCKET), release: () => closeSync(descriptor) }
}

const SOCKET = 'socket'

/** The next lines of a socket, without their ends. Throws `SPILL_LIMIT` for a line of more than `max` bytes, which is not kept. */
export async function* socketLines(socket: Socket, max: number): AsyncGenerator<string> {
  let parts: Buffer[] = []
  let bytes = 0
  for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
    let rest = chunk as Buffer
    for (let end = rest.indexOf(NEWLINE); end >= 0; end = rest.indexOf(NEWLINE)) {
      if (bytes + end > max) throw tooLong(max)
      yield Buffer.concat([...parts, rest.subarray(0, end)]).toString('utf8')
      parts = []
      bytes = 0
      rest = rest.subarray(end + 1)
    }
    bytes += rest.length
    if (bytes > max) throw tooLong(max)
    parts.push(rest)
  }
}

const NEWLINE = 0x0a

const tooLong = (max: number): SpillwayError =>
  new SpillwayError('SPILL_LIMIT', `a message at a control socket is a line of at most ${max} bytes`)
