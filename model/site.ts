import { z } from 'zod'
import { idSchema } from './id.ts'
import { minutesOfDay, timeOfDaySchema } from './time-of-day.ts'

const placeShape = {
  id: idSchema,
  name: z.string().min(1).max(200),
  longitude: z.number().min(-180).max(180),
  latitude: z.number().min(-90).max(90),
}

/** Where lorries start and end. */
export const depotSchema = z
  .object({
    ...placeShape,
    /** Lorries leave no earlier, and are back by `closes`; by default at any time. */
    opens: timeOfDaySchema.optional(),
    closes: timeOfDaySchema.optional(),
  })
  .refine(({ opens = '00:00', closes = '24:00' }) => opens < closes, {
    path: ['closes'],
    message: 'must be later than opens',
  })
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
    /** The break begins between the two; by default within the middle third of the shift. */
    breakOpens: timeOfDaySchema.optional(),
    breakCloses: timeOfDaySchema.optional(),
    /** What it may collect on all trips of a day together; without limit by default. */
    dayLimitKg: z.number().min(1).max(1_000_000).optional(),
    dayLimitLitres: z.number().min(1).max(10_000_000).optional(),
    dayLimitLifts: z.int().min(1).max(100_000).optional(),
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
  .superRefine((lorry, context) => {
    for (const { path, message } of findBreakFaults(lorry)) {
      context.addIssue({ code: 'custom', path: [path], message })
    }
  })
export type Lorry = z.infer<typeof lorrySchema>

/** What is wrong with a lorry's break: it has to be taken within its shift. */
export function findBreakFaults({
  shiftStart,
  shiftEnd,
  breakSeconds,
  breakOpens,
  breakCloses,
}: {
  readonly shiftStart: string
  readonly shiftEnd: string
  readonly breakSeconds: number
  readonly breakOpens?: string | undefined
  readonly breakCloses?: string | undefined
}): { path: 'breakSeconds' | 'breakOpens' | 'breakCloses'; message: string }[] {
  const shiftSeconds = (minutesOfDay(shiftEnd) - minutesOfDay(shiftStart)) * 60
  if (breakSeconds > 0 && breakSeconds >= shiftSeconds) {
    return [{ path: 'breakSeconds', message: `must be shorter than the shift, ${shiftSeconds} s` }]
  }
  if (breakOpens === undefined && breakCloses === undefined) return []
  if (breakOpens === undefined)
    return [{ path: 'breakOpens', message: 'is needed where breakCloses is given' }]
  if (breakCloses === undefined)
    return [{ path: 'breakCloses', message: 'is needed where breakOpens is given' }]
  if (breakOpens > breakCloses)
    return [{ path: 'breakCloses', message: 'must not be earlier than breakOpens' }]
  if (breakOpens < shiftStart) return [{ path: 'breakOpens', message: 'must not be earlier than shiftStart' }]
  if (breakCloses > shiftEnd) return [{ path: 'breakCloses', message: 'must not be later than shiftEnd' }]
  return []
}

/** What a round needs besides bins; the registry keeps the three kinds alike. */
export interface SiteOf {
  depots: Depot
  tips: Tip
  lorries: Lorry
}
export type SiteKind = keyof SiteOf
