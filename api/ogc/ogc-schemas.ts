import { z } from 'zod'
import { termsShape } from '../licences.ts'
import { authorityParams, schemas } from '../schemas.ts'

const linkSchema = z.object({
  href: z.string(),
  rel: z.string(),
  type: z.string().optional(),
  title: z.string().optional(),
})
export const landingSchema = z.object({
  title: z.string(),
  description: z.string(),
  links: z.array(linkSchema),
})
export const conformanceSchema = z.object({ conformsTo: z.array(z.string()) })
export const collectionSchema = z.object({
  id: z.string(),
  title: z.string(),
  description: z.string(),
  attribution: termsShape.attribution,
  /** How old what is told is at least. */
  delaySeconds: z.int().optional(),
  extent: z
    .object({
      spatial: z.object({ bbox: z.array(z.array(z.number())), crs: z.string() }).optional(),
      temporal: z.object({ interval: z.array(z.array(z.string().nullable())) }).optional(),
    })
    .optional(),
  itemType: z.literal('feature'),
  crs: z.array(z.string()),
  links: z.array(linkSchema),
})
export const collectionsSchema = z.object({
  links: z.array(linkSchema),
  collections: z.array(collectionSchema),
})
const featureShape = {
  type: z.literal('Feature'),
  id: z.string(),
  geometry: z.object({ type: z.literal('Point'), coordinates: z.array(z.number()).length(2) }).nullable(),
  properties: z.looseObject({}),
}
export const itemSchema = z.object({ ...featureShape, links: z.array(linkSchema), ...termsShape })
export const itemsSchema = z.object({
  type: z.literal('FeatureCollection'),
  ...termsShape,
  timeStamp: z.iso.datetime(),
  numberMatched: z.int(),
  numberReturned: z.int(),
  links: z.array(linkSchema),
  features: z.array(z.object(featureShape)),
})
schemas.add(collectionSchema, { id: 'OgcCollection' })
schemas.add(itemsSchema, { id: 'OgcItems' })

export const collectionParams = authorityParams.extend({ collection: z.string().min(1).max(64) })
export const itemParams = collectionParams.extend({ feature: z.string().min(1).max(200) })
