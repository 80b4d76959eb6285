import { z } from 'zod'
import { pickTerms, termsOfDataset } from '../exchange/dataset-terms.ts'
import type { Authority, Publishable } from '../model/authority.ts'
import type { KnownCallers } from './known-callers.ts'
import type { Api } from './parts.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What it answers is data that others use: under which licence is said with it, where the authority has named one. */
    isLicensed?: boolean
  }
}

export const termsShape = {
  /** Of the data; not there where the authority has named none. */
  licence: z.string().optional(),
  /** Who is to be named by whoever shows it. */
  attribution: z.string().optional(),
}

/** What whoever shows the data has to know, as it stands in JSON. */
export type Terms = Pick<Authority, 'licence' | 'attribution'>

/** Those of a dataset: its own, or the authority's. */
export function termsOf(authority: Authority, dataset: Publishable): Terms {
  return pickTerms(termsOfDataset(authority, dataset))
}

/** Sends a `Link` of the relation `license` (RFC 4946 made it known) with what is licensed, also where it is a 304. */
export function tellLicences(app: Api, known: KnownCallers): void {
  app.addHook('preHandler', (request, reply, done) => {
    const { authority } = request.params as { authority?: string }
    if (!request.routeOptions.config.isLicensed || authority === undefined) return done()
    const found = known.peekAuthority(authority)
    const tell = (found: Authority): void => {
      const { licence } = termsOfDataset(found, chooseDataset(found, request.routeOptions.config.published))
      if (licence !== undefined) reply.header('link', `<${licence}>; rel="license"`)
      done()
    }
    if (found) return tell(found)
    known.getAuthority(authority).then(tell, done)
  })
}

/** Which of the datasets that open a route its answer is of: the first that is published. */
export function chooseDataset(
  { published }: Authority,
  opening: Publishable | readonly Publishable[] = [],
): Publishable {
  const datasets = [opening].flat()
  const first = datasets.find((dataset) => published.includes(dataset)) ?? datasets[0]
  if (first === undefined) throw new Error('what is licensed is of a dataset')
  return first
}
