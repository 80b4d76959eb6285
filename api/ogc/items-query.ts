import { z } from 'zod'
import { OGC_QUERYABLES, type OgcCollection } from '../../exchange/ogc/collections.ts'
import { parseBoundingBox, parseDatetime } from '../../exchange/ogc/parse-parameters.ts'
import type { FeatureQuery } from '../../exchange/ogc/select-features.ts'
import { KerbsideError } from '../../model/error.ts'
import { formatQuery } from './answer-format.ts'

export const ITEMS_LIMIT = { default: 100, max: 10_000 } as const

export const itemsQuery = formatQuery.extend({
  limit: z.coerce
    .number()
    .int()
    .min(1)
    // More than that is taken as that (17-069r4, 7.15.2).
    .transform((limit) => Math.min(limit, ITEMS_LIMIT.max))
    .default(ITEMS_LIMIT.default)
    .describe(`How many items a page has; more than ${ITEMS_LIMIT.max} is taken as that`),
  bbox: parsedText(
    parseBoundingBox,
    'must be west,south,east,north in degrees, with south not above north',
  ).describe('West, south, east, north in degrees; features without a place are not in it'),
  datetime: parsedText(
    parseDatetime,
    'must be an RFC 3339 time, or two with a slash between them, of which one may be ..',
  ).describe(
    "Of the features' own `time`: an RFC 3339 time, or two with a slash, such as `2026-02-16T00:00:00Z/..`",
  ),
  after: z.string().min(1).max(200).optional().describe('Of the link to the next page'),
  ...Object.fromEntries(
    OGC_QUERYABLES.map((name) => [
      name,
      z.string().max(200).optional().describe(`Only items whose \`${name}\` is this`),
    ]),
  ),
})

/** Which items are asked for; throws INVALID_REQUEST where a parameter is none of the collection's. */
export function readFeatureQuery(
  { f: _, limit, bbox, datetime, after, ...given }: z.infer<typeof itemsQuery>,
  collection: OgcCollection,
): FeatureQuery {
  const properties = Object.entries(given as Record<string, string | undefined>).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  )
  for (const [name] of properties) if (!collection.queryables.includes(name)) throw refuse(name, collection)
  return { limit, after, bbox, datetime, properties }
}

/** A text that a parser of the standard's takes. */
function parsedText<T>(parse: (text: string) => T | undefined, message: string) {
  return z
    .string()
    .max(200)
    .transform((text, context) => {
      const parsed = parse(text)
      if (parsed !== undefined) return parsed
      context.addIssue({ code: 'custom', message })
      return z.NEVER
    })
    .optional()
}

function refuse(
  name: string,
  { id, queryables }: { id: string; queryables: readonly string[] },
): KerbsideError {
  const message = `is no parameter of ${id}, which takes ${['f', 'limit', 'bbox', 'datetime', 'after', ...queryables].join(', ')}`
  return new KerbsideError('INVALID_REQUEST', `The query is not as it should be: ${name}: ${message}`, {
    faults: [{ path: name, message }],
  })
}
