import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Authority, Publishable } from '../model/authority.ts'
import { KerbsideError } from '../model/error.ts'
import { includesScope, type Key, type Scope } from '../model/key.ts'
import type { Registry } from '../registry/registry.ts'
import { hashSecret } from '../registry/secret.ts'
import type { KnownCallers } from './known-callers.ts'
import type { Api } from './parts.ts'

/** Who sent a request with a valid key: the installation, or an authority by one of its keys. */
export type Caller =
  | { readonly authority: null; readonly actor: string }
  | { readonly authority: string; readonly actor: string; readonly key: Key }

declare module 'fastify' {
  interface FastifyRequest {
    /** Undefined without a key. */
    caller: Caller | undefined
  }
  interface FastifyContextConfig {
    /**
     * What a key must have to use this route; `public` needs none, `installation` is the installation's key alone. A
     * route without it answers nobody. Where the path has an `:authority`, the key must be that authority's.
     */
    scope?: Scope | 'installation' | 'public'
    /** Read without a key where the authority of the path has published this, or one of these. */
    published?: Publishable | readonly Publishable[]
  }
}

/** The one place that decides who may do what; it runs before a body is read. */
export function requireRights(app: Api, registry: Registry, known: KnownCallers): void {
  app.decorateRequest('caller', undefined)

  // Before the rate limit, which counts by key where there is a valid one, and so never throws for a wrong one.
  app.addHook('onRequest', (request, _reply, done) => {
    if (request.routeOptions.config.scope === 'public') return done()
    const secret = readBearer(request)
    if (secret === undefined) return done()
    findCaller(known, secret).then((caller) => {
      request.caller = caller
      done()
    }, done)
  })

  app.addHook('preParsing', (request, reply, payload, done) => {
    if (isPublic(request)) return done(null, payload)
    check(request, reply).then(() => done(null, payload), done)
  })

  /** What most ask for, and ask for most, is known without a look anywhere. */
  function isPublic(request: FastifyRequest): boolean {
    const { published } = request.routeOptions.config
    const { authority } = request.params as { authority?: string }
    if (published === undefined || authority === undefined) return false
    if (request.headers.authorization !== undefined) return false
    return allowsAny(known.peekAuthority(authority)?.published ?? [], published)
  }

  async function check(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    // A path without a route gets its 404 from the not-found handler.
    if (request.is404) return
    const { scope, published } = request.routeOptions.config
    if (scope === undefined) throw new Error(`${request.routeOptions.url} declares no scope`)
    if (scope === 'public') return

    const authority = (request.params as { authority?: string }).authority
    const { caller } = request
    if (!caller) {
      if (request.headers.authorization === undefined && published !== undefined && authority !== undefined) {
        if (await hasPublished(authority, published)) return
      }
      reply.header('www-authenticate', challenge(request))
      throw new KerbsideError('UNAUTHORIZED', unauthorizedDetail(request))
    }
    if (caller.authority === null) {
      // Throws NOT_FOUND for an authority that is not there, so that no endpoint has to.
      if (authority !== undefined) await known.getAuthority(authority)
      return
    }
    if (authority !== undefined && authority !== caller.authority) {
      if (published !== undefined && (await hasPublished(authority, published))) return
      throw new KerbsideError('NOT_FOUND', `There is no authority ${authority}`)
    }
    if (scope === 'installation') {
      throw new KerbsideError('FORBIDDEN', "This takes the installation's own key")
    }
    if (!includesScope(caller.key.scopes, scope)) {
      if (published !== undefined && authority !== undefined && (await hasPublished(authority, published)))
        return
      throw new KerbsideError(
        'FORBIDDEN',
        `This takes a key with the scope ${scope}, and this key has ${caller.key.scopes.join(', ')}`,
      )
    }
  }

  // Before the answer goes out, so that whoever gets it finds what it has changed.
  app.addHook('onSend', (request, _reply, payload, done) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') known.forget()
    done(null, payload)
  })

  async function hasPublished(
    authority: string,
    what: Publishable | readonly Publishable[],
  ): Promise<boolean> {
    try {
      const allows = ({ published }: Authority): boolean => allowsAny(published, what)
      return allows(await known.getAuthority(authority)) || allows(await registry.getAuthority(authority))
    } catch (error) {
      if (error instanceof KerbsideError && error.code === 'NOT_FOUND') return false
      throw error
    }
  }
}

function allowsAny(published: readonly Publishable[], what: Publishable | readonly Publishable[]): boolean {
  return typeof what === 'string' ? published.includes(what) : what.some((each) => published.includes(each))
}

/** Whether a key allows more of an authority than what it has published; of another authority's key that is nothing. */
export function hasKeyOf({ caller }: FastifyRequest, authority: string, scope: Scope = 'read'): boolean {
  if (caller === undefined || caller.authority === null) return caller !== undefined
  return caller.authority === authority && includesScope(caller.key.scopes, scope)
}

/** Who is to be named in the audit; only where the route's scope is not `public`. */
export function actorOf(request: FastifyRequest): string {
  if (!request.caller) throw new Error(`${request.routeOptions.url} has no caller`)
  return request.caller.actor
}

/** As `actorOf`, for people to read: the name of the key. */
export function callerNameOf(request: FastifyRequest): string {
  const { caller } = request
  if (!caller) throw new Error(`${request.routeOptions.url} has no caller`)
  return caller.authority === null ? caller.actor : caller.key.name
}

/** SHA-256 of the key that a request was sent with, hexadecimal: what a revocation names it by. */
export function keyHashOf(request: FastifyRequest): string {
  return Buffer.from(hashSecret(readBearer(request) ?? '')).toString('hex')
}

/** RFC 6750, 2.1; the scheme's name is compared without regard to case (RFC 9110, 11.1). */
function readBearer(request: FastifyRequest): string | undefined {
  return /^Bearer +([\x21-\x7e]{1,256})$/i.exec(request.headers.authorization ?? '')?.[1]
}

async function findCaller(known: KnownCallers, secret: string): Promise<Caller | undefined> {
  const found = await known.findKey(secret)
  if (!found) return undefined
  if (found.authority === null) return { authority: null, actor: 'installation' }
  return { authority: found.authority, actor: found.key.id, key: found.key }
}

/** RFC 6750, 3: the error is named only where a credential was sent. */
function challenge(request: FastifyRequest): string {
  return request.headers.authorization === undefined
    ? 'Bearer realm="kerbside"'
    : 'Bearer realm="kerbside", error="invalid_token"'
}

function unauthorizedDetail(request: FastifyRequest): string {
  if (request.headers.authorization === undefined) {
    return 'This takes a key, in the header Authorization: Bearer {key}'
  }
  return 'The header Authorization holds no valid key; it has to be Bearer {key}, with a key that was not revoked'
}
