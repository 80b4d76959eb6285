import { z } from 'zod'
import { idSchema } from './id.ts'
import { roundChangeSchema, roundMarkSchema } from './round-mark.ts'
import { binIdSchema } from './shared-id.ts'

/** Ids of which each is given once. */
function listOfIds({ min = 0, max, id = idSchema }: { min?: number; max: number; id?: z.ZodString }) {
  return z
    .array(id)
    .min(min)
    .max(max)
    .superRefine((ids, context) => {
      const seen = new Set<string>()
      for (const [index, id] of ids.entries()) {
        if (seen.has(id)) context.addIssue({ code: 'custom', path: [index], message: `${id} is given twice` })
        seen.add(id)
      }
    })
}

/** What `POST rounds` takes. */
export const roundRequestSchema = z.object({
  /** The day of the round, on the authority's own calendar. */
  date: z.iso.date(),
  /** The next day on which a lorry could come, up to which waiting is weighed; the day after `date` where absent. */
  nextDate: z.iso.date().optional(),
  depotIds: listOfIds({ min: 1, max: 100 }).optional(),
  lorryIds: listOfIds({ min: 1, max: 500 }).optional(),
  /** The bins to choose from; all where absent. */
  deviceIds: listOfIds({ min: 1, max: 10_000, id: binIdSchema }).optional(),
  /** Bins that are in, however full. */
  mustEmpty: listOfIds({ max: 10_000, id: binIdSchema }).optional(),
  /** Shares of others' bins, which are then chosen from as the authority's own are. */
  shareIds: listOfIds({ min: 1, max: 20 }).optional(),
  /** How long to search for a better plan. */
  seconds: z.number().min(0.1).max(600).optional(),
  threads: z.int().min(1).max(64).optional(),
  seed: z.int().min(0).max(4_294_967_295).optional(),
})
export type RoundRequest = z.infer<typeof roundRequestSchema>

const ROUND_STATUSES = ['queued', 'solving', 'done', 'failed', 'cancelled'] as const

/** What the choice of a bin rests on; absent in rounds of earlier versions, and where nothing is known. */
const choiceShape = {
  /** The level that is expected when the round begins, if nobody empties the bin before. */
  expectedPercent: z.number().nullable().optional(),
  /** What the way to it adds to its lorry's, or would add. */
  detourM: z.number().nullable().optional(),
  /** What that costs with the time that it takes, the lift's included, in the money of the lorries' prices. */
  detourCost: z.number().nullable().optional(),
}

const roundStopSchema = z.object({
  type: z.enum(['lift', 'tip', 'break', 'start', 'end']),
  deviceId: z.string().nullable(),
  tipId: z.string().nullable(),
  longitude: z.number(),
  latitude: z.number(),
  arrivalTime: z.string(),
  departureTime: z.string(),
  /** In the lorry when it leaves. */
  load: z.object({ litres: z.number(), kg: z.number() }),
  reason: z.string().nullable(),
  /** Whether its crew has been there; `planned` where absent. */
  status: z.enum(['planned', 'done', 'impossible']).optional(),
  /** What is driven to it from the stop before; known once the round was mended. */
  legDistanceM: z.number().optional(),
  ...choiceShape,
  /** That the bin is full before the next round, if it were left; from 0 to 1. */
  chanceOfOverflow: z.number().nullable().optional(),
  /** What the days on which it would stand full until then are expected to cost. */
  costOfWaiting: z.number().nullable().optional(),
})
export type RoundStop = z.infer<typeof roundStopSchema>

const lorryRoundSchema = z.object({
  lorryId: z.string(),
  stops: z.array(roundStopSchema),
  distanceM: z.number(),
  durationSeconds: z.number(),
  /** A GeoJSON LineString. */
  geometry: z.object({ type: z.literal('LineString'), coordinates: z.array(z.array(z.number())) }),
})
export type LorryRound = z.infer<typeof lorryRoundSchema>

const leftBinSchema = z.object({
  deviceId: z.string(),
  reason: z.string(),
  chanceOfOverflow: z.number().nullable(),
  costOfWaiting: z.number().nullable(),
  /** It was in the plan, and is taken in again as soon as a lorry can. */
  wasPlanned: z.boolean().optional(),
  ...choiceShape,
})
export type LeftBin = z.infer<typeof leftBinSchema>

export const roundSchema = z.object({
  id: idSchema,
  status: z.enum(ROUND_STATUSES),
  /** Why it failed; null otherwise. */
  error: z.string().nullable(),
  request: roundRequestSchema,
  createdTime: z.string(),
  /** How often the plan was mended since it was done. */
  revision: z.int(),
  /** Whether distances and times are by straight lines, for want of roads. */
  estimated: z.boolean(),
  /** Whom to name beside the ways; null where nobody asks for it. */
  attribution: z.string().nullable(),
  cost: z.number(),
  distanceM: z.number(),
  durationSeconds: z.number(),
  lorries: z.array(lorryRoundSchema),
  left: z.array(leftBinSchema),
  /** By share, others' bins that it was planned with; `deviceIds` until it is. */
  shares: z
    .array(
      z.object({ shareId: z.string(), authority: z.string(), deviceIds: z.array(z.string()).optional() }),
    )
    .optional(),
  /** What was marked on its day, in the order of arrival. */
  marks: z.array(roundMarkSchema).optional(),
  /** What the latest mending changed. */
  changes: z.array(roundChangeSchema).optional(),
  /** Marks are kept that the plan does not heed yet. */
  isMending: z.boolean().optional(),
})
export type Round = z.infer<typeof roundSchema>
