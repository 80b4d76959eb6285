import { z } from 'zod'
import type { Inventory, InventoryFault, InventoryRow } from './inventory.ts'

const collectionSchema = z.object({
  type: z.literal('FeatureCollection'),
  features: z.array(
    z.object({
      id: z.union([z.string(), z.number()]).optional(),
      geometry: z.looseObject({ type: z.string(), coordinates: z.unknown() }).nullable().default(null),
      properties: z.record(z.string(), z.unknown()).nullable().default(null),
    }),
  ),
})
const positionSchema = z.tuple([z.number(), z.number()]).rest(z.number())

/** The features of a collection (RFC 7946); throws an Error where it is none. */
export function readGeoJsonRows(text: string): Inventory {
  const parsed = collectionSchema.safeParse(JSON.parse(text))
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    throw new Error(`no GeoJSON FeatureCollection: ${issue?.path.join('.')}: ${issue?.message}`)
  }
  const rows: InventoryRow[] = []
  const faults: InventoryFault[] = []
  for (const [index, { id, geometry, properties }] of parsed.data.features.entries()) {
    const where = `feature ${index + 1}`
    const position = positionSchema.safeParse(geometry?.coordinates)
    if (geometry && (geometry.type !== 'Point' || !position.success)) {
      faults.push({ where, path: 'geometry', message: `a Point is expected, and this is a ${geometry.type}` })
      continue
    }
    const [longitude, latitude] = position.data ?? []
    const values = { id, ...leaveOutEmpty(flatten(properties ?? {})), longitude, latitude }
    rows.push({ where, values: leaveOutEmpty(values) })
  }
  return { rows, faults }
}

/** Settings are named as such or stand among the other properties. */
function flatten({ settings, ...properties }: Record<string, unknown>): Record<string, unknown> {
  return { ...(typeof settings === 'object' ? settings : {}), ...properties }
}

function leaveOutEmpty(values: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== null && value !== undefined && value !== ''),
  )
}
