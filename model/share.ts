import { z } from 'zod'
import type { Device, Kind } from './device.ts'
import { idSchema } from './id.ts'
import { timeSchema } from './period.ts'
import { isInPolygon, polygonSchema } from './polygon.ts'

/** `read` lets look at it; `plan` lets plan rounds with it and foresee travel times by it, too. */
const SHARE_PURPOSES = ['read', 'plan'] as const

const placesShape = {
  /** What stands in it by its registered place. */
  area: polygonSchema.optional(),
}
const devicesShape = { ...placesShape, deviceIds: z.array(idSchema).min(1).max(1_000).optional() }
const stopsShape = {
  ...placesShape,
  stopIds: z.array(z.string().min(1).max(200)).min(1).max(1_000).optional(),
}

/** What is shared: of an area, or by name; all where neither is said. */
const sharedDatasetSchema = z
  .discriminatedUnion('type', [
    z.strictObject({ type: z.literal('bins'), ...devicesShape }),
    z.strictObject({ type: z.literal('counters'), ...devicesShape }),
    z.strictObject({ type: z.literal('departures'), ...stopsShape }),
  ])
  .superRefine((dataset, context) => {
    const field = dataset.type === 'departures' ? 'stopIds' : 'deviceIds'
    if (dataset.area === undefined || (dataset as Record<string, unknown>)[field] === undefined) return
    context.addIssue({ code: 'custom', path: [field], message: 'either area or this, and not both' })
  })
export type SharedDataset = z.infer<typeof sharedDatasetSchema>

export const newShareSchema = z
  .strictObject({
    /** The authority that may read it. */
    to: idSchema,
    dataset: sharedDatasetSchema,
    purpose: z.enum(SHARE_PURPOSES).default('read'),
    /** When it may be read from on; from now where absent. What was measured before is a part of it. */
    from: timeSchema.optional(),
    /** When it may be read no more. */
    until: timeSchema,
  })
  .superRefine(({ dataset, purpose }, context) => {
    if (dataset.type !== 'departures' || purpose === 'read') return
    context.addIssue({ code: 'custom', path: ['purpose'], message: 'must be read: departures plan nothing' })
  })

export const sharePatchSchema = z.strictObject({ until: timeSchema })

/** What an authority lets another one read; times are ms since 1970. */
export interface Share {
  /** At random: knowing one tells nothing of others. */
  readonly id: string
  readonly granting: string
  readonly to: string
  readonly dataset: SharedDataset
  readonly purpose: (typeof SHARE_PURPOSES)[number]
  /** It may be read from then on, */
  readonly from: number
  /** and before this. */
  readonly until: number
  readonly createdTime: number
  /** When it was withdrawn or declined; null where it was not. */
  readonly endedTime: number | null
  /** The authority that did. */
  readonly endedBy: string | null
}

export const SHARE_STATES = ['waiting', 'active', 'over', 'withdrawn', 'declined'] as const

/** How a share stands at a time in ms since 1970. */
export function stateOf(share: Share, now: number): (typeof SHARE_STATES)[number] {
  if (share.endedBy !== null) return share.endedBy === share.granting ? 'withdrawn' : 'declined'
  if (now < share.from) return 'waiting'
  return now < share.until ? 'active' : 'over'
}

/** What was done with a share: `features`, `readings` and `departures` were read, `plan` and `traffic` planned with. */
export const SHARE_USES = ['features', 'readings', 'departures', 'plan', 'traffic'] as const

/** One access to what is shared. */
export interface ShareAccess {
  /** Counted from 1, of each share. */
  readonly number: number
  /** ms since 1970 */
  readonly time: number
  readonly use: (typeof SHARE_USES)[number]
  /** The receiving authority's key, by id; `installation`, or `planning` where a round was planned. */
  readonly actor: string
  /** The device or the stop; null where it was the whole dataset. */
  readonly target: string | null
  /** The receiving authority's round; null where there is none. */
  readonly round: string | null
  /** How many devices or stops, readings or departures were given out. */
  readonly count: number
}

const KINDS_SHARED: Readonly<Record<SharedDataset['type'], Kind | null>> = {
  bins: 'bin',
  counters: 'traffic',
  departures: null,
}

/** The devices of a dataset; null where it has none but stops. */
export function kindOf({ type }: SharedDataset): Kind | null {
  return KINDS_SHARED[type]
}

/** Whether a device of the granting authority is a part of what it shares. */
export function includesDevice(dataset: SharedDataset, device: Device): boolean {
  if (dataset.type === 'departures' || device.kind !== kindOf(dataset)) return false
  if (dataset.deviceIds) return dataset.deviceIds.includes(device.id)
  const { longitude, latitude } = device
  return !dataset.area || isPlaceIn(dataset.area, longitude, latitude)
}

/** Whether a stop is: by its own id, or its station's. */
export function includesStop(
  dataset: SharedDataset,
  stop: {
    readonly ids: readonly (string | undefined)[]
    readonly longitude: number
    readonly latitude: number
  },
): boolean {
  if (dataset.type !== 'departures') return false
  if (dataset.stopIds) return stop.ids.some((id) => id !== undefined && dataset.stopIds?.includes(id))
  return !dataset.area || isPlaceIn(dataset.area, stop.longitude, stop.latitude)
}

function isPlaceIn(
  area: NonNullable<SharedDataset['area']>,
  longitude: number | null,
  latitude: number | null,
): boolean {
  return longitude !== null && latitude !== null && isInPolygon(area, longitude, latitude)
}
