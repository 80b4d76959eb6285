import { z } from 'zod'
import { idSchema } from './id.ts'

const placeShape = {
  id: idSchema,
  name: z.string().min(1).max(200),
  longitude: z.number().min(-180).max(180),
  latitude: z.number().min(-90).max(90),
}

/** A time of day, `HH:MM`, on the authority's own clock. */
const timeOfDaySchema = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$|^24:00$/, 'a time of day as HH:MM, 00:00 to 24:00')

/** Where lorries start and end. */
export const depotSchema = z.object(placeShape)
export type Depot = z.infer<typeof depotSchema>

/** Where lorries unload. */
export const tipSchema = z
  .object({
    ...placeShape,
    opens: timeOfDaySchema.default('00:00'),
    closes: timeOfDaySchema.default('24:00'),
    serviceSeconds: z.number().min(0).max(86_400).default(900),
    /** The streams of waste that it takes; empty takes all. */
    streams: z.array(z.string().min(1).max(64)).max(50).default([]),
  })
  .refine((tip) => tip.opens < tip.closes, { path: ['closes'], message: 'must be later than opens' })
export type Tip = z.infer<typeof tipSchema>

export const lorrySchema = z
  .object({
    id: idSchema,
    name: z.string().min(1).max(200),
    depotId: idSchema,
    // Strict for itself: whoever makes a lorry's schema strict does not reach into it.
    capacity: z
      .strictObject({
        litres: z.number().min(1).max(1_000_000).default(20_000),
        kg: z.number().min(1).max(100_000).default(10_000),
      })
      .prefault({}),
    /** The streams of waste that it takes; empty takes all. */
    streams: z.array(z.string().min(1).max(64)).max(50).default([]),
    shiftStart: timeOfDaySchema.default('06:00'),
    shiftEnd: timeOfDaySchema.default('14:00'),
    breakSeconds: z.number().min(0).max(14_400).default(0),
    costPerKm: z.number().min(0).max(10_000).default(1),
    costPerHour: z.number().min(0).max(10_000).default(40),
    costPerDay: z.number().min(0).max(100_000).default(100),
    skills: z.array(z.string().min(1).max(64)).max(50).default([]),
    heightM: z.number().min(0.5).max(10).nullable().default(null),
    weightKg: z.number().min(100).max(100_000).nullable().default(null),
  })
  .refine((lorry) => lorry.shiftStart < lorry.shiftEnd, {
    path: ['shiftEnd'],
    message: 'must be later than shiftStart',
  })
export type Lorry = z.infer<typeof lorrySchema>

/** What a round needs besides bins; the registry keeps the three kinds alike. */
export interface SiteOf {
  depots: Depot
  tips: Tip
  lorries: Lorry
}
export type SiteKind = keyof SiteOf
