/** The session of the client: components hide what its roles do not allow, and the server rejects it. */
import { createContext } from 'preact'
import { useContext } from 'preact/hooks'
import type { RoleName, SessionAnswer } from './answers.ts'

export const SessionContext = createContext<SessionAnswer>({ authorization: 'none', roles: [] })

export const useSession = (): SessionAnswer => useContext(SessionContext)

/** Has the client the role? */
export const useRole = (role: RoleName): boolean => useSession().roles.includes(role)
