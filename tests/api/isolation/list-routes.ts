import { z } from 'zod'
import type { KnownRoute } from '../../../api/routes.ts'
import type { TestApp } from '../../fixtures/create-test-app.ts'
import { makeBody } from './make-body.ts'

/** A route of the router, as a request is made of it. */
export interface ListedRoute {
  readonly method: Parameters<TestApp['call']>[0]
  /** With its parameters, such as `/v1/authorities/{authority}/hooks/{hook}`. */
  readonly template: string
  readonly published: readonly string[]
  /** Whether it answers 405, and nothing else, at any path of its form. */
  readonly isRefusal: boolean
  readonly isStream: boolean
  readonly queryNames: readonly string[]
  /** A body by its schema, with these words wherever it takes any; undefined where it takes none. */
  makeBody(word: string): { body: unknown; mediaType: string } | undefined
}

/** Every route that there is, whoever added it: what answers nobody but browsers' preflights is left out. */
export function listRoutes(app: TestApp): ListedRoute[] {
  return app.app.knownRoutes.flatMap((route) => {
    if (route.method === 'OPTIONS') return []
    const { config, schema, url } = route
    const isRefusal = config.scope === 'public' && schema.hide === true && url.includes(':authority')
    return [
      {
        method: route.method as ListedRoute['method'],
        template: url.replaceAll(/:(\w+)(\([^)]*\))?/g, '{$1}').replace('*', 'index.html'),
        published: [config.published ?? []].flat(),
        isRefusal,
        isStream: isStreaming(route) && route.method === 'GET',
        queryNames: isRefusal ? [] : namesOf(schema.querystring),
        makeBody: (word: string) => bodyOf(route, word),
      },
    ]
  })
}

function isStreaming({ schema }: KnownRoute): boolean {
  const { content = {} } = (schema.response as Record<number, { content?: object }> | undefined)?.[200] ?? {}
  return Object.hasOwn(content, 'text/event-stream')
}

function namesOf(schema: unknown): string[] {
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : []
}

function bodyOf(
  { method, schema, url }: KnownRoute,
  word: string,
): { body: unknown; mediaType: string } | undefined {
  if (!['POST', 'PUT', 'PATCH', 'DELETE'].includes(method)) return undefined
  if (schema.body instanceof z.ZodType) {
    return { body: makeBody(schema.body, word), mediaType: 'application/json' }
  }
  if (method === 'PUT') {
    return { body: word, mediaType: url.endsWith('gtfs') ? 'application/zip' : 'application/octet-stream' }
  }
  return undefined
}
