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

export const authorityParams = z.object({ authority: idSchema })
export const deviceParams = authorityParams.extend({ device: idSchema })
