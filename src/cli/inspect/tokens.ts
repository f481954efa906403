/** `spillway tokens`: who may talk to the server of a data folder. */
import { wallClock } from '../../base/clock.ts'
import { didYouMean } from '../../base/did-you-mean.ts'
import { audited } from '../../serve/context/operator-log.ts'
import { isRole, noRole, roles, roleTexts, type Role } from '../../serve/access/roles.ts'
import { addToken, readTokens, revokeToken } from '../../serve/access/token-file.ts'
import { UsageError, type Command } from '../command/command.ts'
import { dataOf, dataOption } from '../command/data-option.ts'
import { operated } from '../command/operator.ts'
import { counted } from '../command/replay-summary.ts'
import { timeText } from '../command/time-text.ts'

const orders = ['add', 'list', 'revoke']

export const tokensCommand: Command = {
  name: 'tokens',
  usage: 'add NAME --role ROLE… | list | revoke NAME',
  summary: 'tokens for the server of a data folder: make one, list them, revoke one',
  options: {
    role: {
      type: 'string',
      multiple: true,
      value: 'ROLE',
      help: `add: ${roles.map(role => `${role} (${roleTexts[role]})`).join(', ')}; repeat for more`,
    },
    data: dataOption,
    json: { type: 'boolean', help: 'print JSON, one object a line, and nothing else' },
  },
  async run(values, [order, name, ...extra]) {
    if (order === undefined) throw new UsageError(`say what to do: ${orders.join(', ')}`)
    if (!orders.includes(order)) throw new UsageError(`tokens cannot '${order}'${didYouMean(order, orders)}`)
    const given = (values['role'] as readonly string[] | undefined) ?? []
    if (order !== 'add' && given.length > 0) throw new UsageError(`tokens ${order} takes no --role`)
    if (order === 'list' && name !== undefined) throw new UsageError('tokens list takes no name')
    if (order !== 'list' && name === undefined) throw new UsageError(`name the token: tokens ${order} NAME`)
    if (extra.length > 0) throw new UsageError(`one token, not also ${extra.join(', ')}`)
    const data = dataOf(values)
    const json = values['json'] === true
    if (order === 'list') list(data, json)
    else if (order === 'add') add(data, nameOf(name), rolesOf(given), json)
    else revoke(data, name, json)
    return 0
  },
}

/** Throws `UsageError`. */
function nameOf(name: string): string {
  if (!/^[A-Za-z0-9][\w.@-]{0,63}$/.test(name)) throw new UsageError(`'${name}' is no name of a token: up to 64 letters, digits, . - _ @`)
  return name
}

/** Throws `UsageError`. */
function rolesOf(given: readonly string[]): Role[] {
  if (given.length === 0) throw new UsageError(`say what the token may do: --role ${roles.join(', --role ')}`)
  return [...new Set(given)].map(text => {
    if (!isRole(text)) throw new UsageError(noRole(text))
    return text
  })
}

function add(data: string, name: string, own: readonly Role[], json: boolean): void {
  const detail = own.join(', ')
  const token = audited(data, { ...operated('tokens add', name), detail }, () => addToken(data, name, own, wallClock()))
  if (json) console.log(JSON.stringify({ name, roles: own, token }))
  else console.log(`${token}\n\nToken '${name}' (${detail}). It is shown this once and kept nowhere: only its hash is.`)
}

function revoke(data: string, name: string, json: boolean): void {
  audited(data, operated('tokens revoke', name), () => revokeToken(data, name))
  console.log(json ? JSON.stringify({ name, revoked: true }) : `Token '${name}' lets nobody in any more.`)
}

function list(data: string, json: boolean): void {
  const tokens = readTokens(data)
  if (json) return tokens.forEach(({ name, roles, created }) => console.log(JSON.stringify({ name, roles, created })))
  const width = Math.max(0, ...tokens.map(({ name }) => name.length))
  const rows = tokens.map(({ name, roles, created }) => `${name.padEnd(width)}  ${timeText(created)}  ${roles.join(', ')}`)
  console.log([...rows, `${counted(tokens.length, 'token')}.`].join('\n'))
}
