import { z } from 'zod'
import { authorityPatchSchema, authoritySchema, newAuthoritySchema } from '../model/authority.ts'
import { devicePatchSchema, deviceSchema, newDeviceSchema } from '../model/device.ts'
import { idSchema } from '../model/id.ts'
import { newKeySchema } from '../model/key.ts'
import { depotSchema, lorrySchema, tipSchema } from '../model/site.ts'
import { problemSchema } from './problem.ts'

/** The schemas that have a name in the OpenAPI document; zod's own, since that is where `describe` writes to. */
export const schemas = z.globalRegistry

// A field that is not known is a mistake that nobody would notice if it were ignored: requests are strict.
export const newAuthorityBody = newAuthoritySchema.strict()
export const authorityPatchBody = authorityPatchSchema.strict()
export const newDeviceBody = newDeviceSchema.strict()
export const devicePatchBody = devicePatchSchema
  // Any JSON, as in the model, whose schema for that refers to itself, which the document could not.
  .extend({ settings: z.record(z.string(), z.unknown() as z.ZodType<z.core.util.JSONType>).optional() })
  .strict()
export const newKeyBody = newKeySchema.strict()
export const depotBody = depotSchema.strict()
export const tipBody = tipSchema.strict()
export const lorryBody = lorrySchema.strict()

export const depotPatchBody = patchOf(depotBody)
export const tipPatchBody = patchOf(tipBody)
export const lorryPatchBody = patchOf(lorryBody)

schemas.add(problemSchema, { id: 'Problem' })
schemas.add(authoritySchema, { id: 'Authority' })
schemas.add(newAuthorityBody, { id: 'NewAuthority' })
schemas.add(authorityPatchBody, { id: 'AuthorityPatch' })
schemas.add(deviceSchema, { id: 'Device' })
schemas.add(newDeviceBody, { id: 'NewDevice' })
schemas.add(devicePatchBody, { id: 'DevicePatch' })
schemas.add(newKeyBody, { id: 'NewKey' })
schemas.add(depotBody, { id: 'Depot' })
schemas.add(tipBody, { id: 'Tip' })
schemas.add(lorryBody, { id: 'Lorry' })
schemas.add(depotPatchBody, { id: 'DepotPatch' })
schemas.add(tipPatchBody, { id: 'TipPatch' })
schemas.add(lorryPatchBody, { id: 'LorryPatch' })

export const authorityParams = z.object({ authority: idSchema })
export const deviceParams = authorityParams.extend({ device: idSchema })

/** A merge patch (RFC 7396) of what a schema describes: nothing has to be there, and null resets what need not be. */
export function patchOf(schema: z.ZodObject): z.ZodObject<Record<string, z.ZodType>> {
  const fields = Object.entries(schema.shape).map(([name, field]) => [name, patchOfField(field).optional()])
  return z.strictObject(Object.fromEntries(fields))
}

function patchOfField(field: unknown): z.ZodType {
  const isNeeded = !(
    field instanceof z.ZodDefault ||
    field instanceof z.ZodPrefault ||
    field instanceof z.ZodOptional
  )
  if (isNeeded) return field as z.ZodType
  const inner = field.unwrap()
  return (inner instanceof z.ZodObject ? patchOf(inner) : (inner as z.ZodType)).nullable()
}
