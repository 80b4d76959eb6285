import { type Api, createApi } from './api.ts'

/** As `GET /v1/authorities` has it. */
export interface Authority {
  readonly id: string
  readonly name: string
  readonly timeZone: string
  readonly published: readonly string[]
  readonly licence?: string
  readonly attribution?: string
}

export type Scope = 'published' | 'read' | 'operate' | 'admin'
const SCOPES: readonly Scope[] = ['published', 'read', 'operate', 'admin']

/** Who looks: somebody with a key, or anybody. */
export interface Session {
  /** Below an authority. */
  apiOf(authority: string): Api
  readonly isSignedIn: boolean
  /** Whose key it is; undefined without one. */
  readonly keyName: string | undefined
  readonly authorities: readonly Authority[]
  /** Whether the key allows this of the authority; nobody's allows what is published. */
  allows(authority: string, scope: Scope): boolean
}

interface OwnKey {
  readonly authority: string | null
  readonly name: string
  readonly scopes: readonly Scope[]
}

/** Kept until the tab is closed, and never in an address. */
const STORED_KEY = 'kerbside-key'
const BASE = new URL('v1/', document.baseURI.split('#', 1)[0]).href

/**
 * The session of the key that this tab has, or without one. A key that has ended is let go and the session is without one; whatever
 * else goes wrong is thrown.
 */
export async function openSession(onUnauthorized: () => void): Promise<Session> {
  const key = sessionStorage.getItem(STORED_KEY)
  if (key === null) return openPublicSession()
  try {
    return await openKeySession(key, onUnauthorized)
  } catch (error) {
    if (!(error instanceof Error && 'status' in error && error.status === 401)) throw error
    sessionStorage.removeItem(STORED_KEY)
    return openPublicSession()
  }
}

/** Takes the key for this tab if it is valid; throws an ApiError that says why it is not. */
export async function signIn(key: string, onUnauthorized: () => void): Promise<Session> {
  const session = await openKeySession(key, onUnauthorized)
  sessionStorage.setItem(STORED_KEY, key)
  return session
}

export function signOut(): void {
  sessionStorage.removeItem(STORED_KEY)
}

async function openPublicSession(): Promise<Session> {
  const api = createApi({ base: BASE, key: undefined })
  const authorities = await api.listAll<Authority>('published')
  return {
    apiOf: (authority) => createApi({ base: baseOf(authority), key: undefined }),
    isSignedIn: false,
    keyName: undefined,
    authorities,
    allows: (_authority, scope) => scope === 'published',
  }
}

async function openKeySession(key: string, onUnauthorized: () => void): Promise<Session> {
  const api = createApi({ base: BASE, key })
  const own = await api.get<OwnKey>('key')
  const rank = Math.max(...own.scopes.map((scope) => SCOPES.indexOf(scope)))
  const [mine, open] = await Promise.all([
    rank >= SCOPES.indexOf('read') ? api.listAll<Authority>('authorities') : [],
    own.authority === null ? [] : api.listAll<Authority>('published'),
  ])
  const authorities = [...mine, ...open.filter(({ id }) => !mine.some((own) => own.id === id))]
  return {
    apiOf: (authority) => createApi({ base: baseOf(authority), key, onUnauthorized }),
    isSignedIn: true,
    keyName: own.name,
    authorities,
    allows: (authority, scope) =>
      scope === 'published' ||
      ((own.authority === null || own.authority === authority) && rank >= SCOPES.indexOf(scope)),
  }
}

function baseOf(authority: string): string {
  return `${BASE}authorities/${encodeURIComponent(authority)}/`
}
