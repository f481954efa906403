/** `spillway tokens`: adds, lists and revokes the access tokens of a data folder's server. */
import { wallClock, didYouMean } from '../../base/index.ts'
import { operatorAuditEntry, withOperatorLog } from '../../operate/index.ts'
import { addToken, isRole, readTokens, revokeToken, type Role, roleDescriptions, roles } from '../../serve/access/index.ts'
import { subcommandOf } from '../command/arguments.ts'
import { defineCommand, UsageError } from '../command/command.ts'
import { dataFolderOf, dataOption } from '../command/data-folder.ts'
import { pluralize, timeText } from '../command/text-format.ts'

const verbs = ['add', 'list', 'revoke'] as const

/** The command `spillway tokens`. */
export const tokensCommand = defineCommand({
  name: 'tokens',
  task: 'Run',
  usage: 'add NAME --role ROLE… | list | revoke NAME',
  summary: 'add, list and revoke access tokens for the server of a data folder',
  options: {
    role: {
      multiple: true,
      value: 'ROLE',
      help: `add: ${roles.map(role => `${role} (${roleDescriptions[role]})`).join(', ')}; may be repeated`,
    },
    data: dataOption,
    json: { help: 'print one JSON object per line, and nothing else' },
  },
  async run({ role: roleNames = [], json = false, ...folder }, [text, name, ...extra]) {
    const verb = subcommandOf('tokens', verbs, text)
    if (verb !== 'add' && roleNames.length > 0) throw new UsageError(`tokens ${verb} takes no --role`)
    if (verb === 'list' && name !== undefined) throw new UsageError('tokens list takes no name')
    if (verb !== 'list' && name === undefined) throw new UsageError(`name the token: tokens ${verb} NAME`)
    if (extra.length > 0) throw new UsageError(`expected one token, but also got ${extra.join(', ')}`)
    const data = dataFolderOf(folder)
    if (verb === 'list') list(data, json)
    else if (verb === 'add') add(data, validName(name), rolesOf(roleNames), json)
    else revoke(data, name, json)
    return 0
  },
})

/** Throws `UsageError`. */
function validName(name: string): string {
  if (!/^[A-Za-z0-9][\w.@-]{0,63}$/.test(name)) throw new UsageError(`'${name}' is not a token name; use up to 64 letters, digits, . - _ @`)
  return name
}

/** Throws `UsageError`. */
function rolesOf(names: readonly string[]): Role[] {
  if (names.length === 0) throw new UsageError(`give the token a role: --role ${roles.join(', --role ')}`)
  return [...new Set(names)].map(text => {
    if (!isRole(text)) throw new UsageError(`'${text}' is no role${didYouMean(text, roles)}`)
    return text
  })
}

function add(data: string, name: string, tokenRoles: readonly Role[], json: boolean): void {
  const detail = tokenRoles.join(', ')
  const token = withOperatorLog(data, { ...operatorAuditEntry('tokens add', name), detail }, () =>
    addToken(data, name, tokenRoles, wallClock()),
  )
  if (json) console.log(JSON.stringify({ name, roles: tokenRoles, token }))
  else console.log(`${token}\n\nToken '${name}' (${detail}). It is shown only once; only its hash is stored.`)
}

function revoke(data: string, name: string, json: boolean): void {
  withOperatorLog(data, operatorAuditEntry('tokens revoke', name), () => revokeToken(data, name))
  console.log(json ? JSON.stringify({ name, revoked: true }) : `Token '${name}' is revoked.`)
}

function list(data: string, json: boolean): void {
  const tokens = readTokens(data)
  if (json) return tokens.forEach(({ name, roles, created }) => console.log(JSON.stringify({ name, roles, created })))
  const width = Math.max(0, ...tokens.map(({ name }) => name.length))
  const rows = tokens.map(({ name, roles, created }) => `${name.padEnd(width)}  ${timeText(created)}  ${roles.join(', ')}`)
  console.log([...rows, `${pluralize(tokens.length, 'token')}.`].join('\n'))
}
