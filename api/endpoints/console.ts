import type { FastifyReply } from 'fastify'
import { KerbsideError } from '../../model/error.ts'
import { type ConsoleFiles, readConsole } from '../console-files.ts'
import type { Api, ApiParts } from '../parts.ts'
import { SERVED_ROUTE, serveBody } from '../served-body.ts'

/** The page for those who act, at `/`, and what it is made of below `/console/`. */
export function registerConsole(app: Api, { mapStyle }: ApiParts): void {
  let files: Promise<ConsoleFiles> | undefined
  const open = (): Promise<ConsoleFiles> => {
    files ??= readConsole({ mapStyle: mapStyle?.url })
    return files
  }
  const policy = writePolicy(mapStyle?.origins ?? [])
  // A page is some thirty files, all from memory: they are not what the rate is limited for.
  const route = {
    ...SERVED_ROUTE,
    config: { scope: 'public', rateLimit: false, isQuiet: true },
    schema: { hide: true },
  } as const

  app.get('/', route, async (request, reply) => {
    protect(reply)
    return serveBody(request, reply, (await open()).page)
  })

  app.get<{ Params: { version: string; '*': string } }>(
    '/console/:version/*',
    route,
    async (request, reply) => {
      const { version, '*': path } = request.params
      const { version: current, find } = await open()
      const body = find(path)
      if (!body) throw new KerbsideError('NOT_FOUND', `The console has no file ${path}`)
      protect(reply)
      // Of an older version a page that is still open asks for what it has not loaded yet; it gets the newest.
      return serveBody(request, reply, body, () => {
        if (version === current) reply.header('cache-control', 'public, max-age=31536000, immutable')
      })
    },
  )

  /** Workers have the policy that their own file comes with. */
  function protect(reply: FastifyReply): void {
    reply.header('content-security-policy', policy)
    reply.header('cross-origin-opener-policy', 'same-origin')
  }
}

function writePolicy(origins: readonly string[]): string {
  const self = ["'self'", ...origins].join(' ')
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    `connect-src ${self}`,
    `img-src ${self} data: blob:`,
    "worker-src 'self'",
    "font-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ')
}
