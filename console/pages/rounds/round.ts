/** A round as the API has it; only what this page reads. Distances in metres, times RFC 3339. */
export interface Round {
  readonly id: string
  readonly status: 'queued' | 'solving' | 'done' | 'failed' | 'cancelled'
  readonly error: string | null
  readonly request: { readonly date: string; readonly seconds?: number }
  readonly revision: number
  readonly estimated: boolean
  readonly attribution: string | null
  readonly cost: number
  readonly distanceM: number
  readonly durationSeconds: number
  readonly lorries: readonly LorryRound[]
  readonly left: readonly LeftBin[]
  readonly marks?: readonly RoundMark[]
  /** What the latest mending changed. */
  readonly changes?: readonly RoundChange[]
  readonly isMending?: boolean
}

export interface LorryRound {
  readonly lorryId: string
  readonly stops: readonly Stop[]
  readonly distanceM: number
  readonly durationSeconds: number
  readonly geometry: { readonly type: 'LineString'; readonly coordinates: readonly (readonly number[])[] }
}

export interface Stop {
  readonly type: 'lift' | 'tip' | 'break' | 'start' | 'end'
  readonly deviceId: string | null
  readonly tipId: string | null
  readonly longitude: number
  readonly latitude: number
  readonly arrivalTime: string
  readonly departureTime: string
  readonly load: { readonly litres: number; readonly kg: number }
  readonly reason: string | null
  readonly status?: 'planned' | 'done' | 'impossible'
}

export interface LeftBin {
  readonly deviceId: string
  readonly reason: string
  /** 0 to 1. */
  readonly chanceOfOverflow: number | null
  readonly costOfWaiting: number | null
  readonly detourM?: number | null
}

/** `[longitude, latitude]`. */
export type Corner = readonly [number, number]

export interface RoundMark {
  readonly type: 'done' | 'impossible' | 'reopened' | 'blocked' | 'breakdown' | 'reading'
  readonly deviceId?: string
  readonly tipId?: string
  readonly lorryId?: string
  readonly reason?: string
  readonly polygon?: readonly Corner[]
  readonly time?: string
}

export interface RoundChange {
  readonly type: string
  /** In a sentence, which calls things by their ids: `bin bin-7 moves from lorry a to lorry b`. */
  readonly message: string
  readonly deviceId?: string
  readonly lorryId?: string
  readonly fromLorryId?: string
}

/** What is told while a round is planned. */
export interface Progress {
  readonly cost: number
  readonly bins: number
  readonly distanceM: number
  readonly durationSeconds: number
  readonly elapsedSeconds: number
}

/** Whether somebody still plans it. */
export function isUnfinished({ status }: Round): boolean {
  return status === 'queued' || status === 'solving'
}

export function hasPlan({ status, lorries }: Round): boolean {
  return status === 'done' || (status === 'cancelled' && lorries.length > 0)
}

/** What is emptied, or is to be. */
export function listLifts({ lorries }: Pick<Round, 'lorries'>): Stop[] {
  return lorries.flatMap(({ stops }) =>
    stops.filter(({ type, status }) => type === 'lift' && status !== 'impossible'),
  )
}

/** Bins that the latest mending moved, added or left; those that are only emptied at another time would be most of them. */
export function findChangedBins({ changes = [] }: Round): ReadonlySet<string> {
  const kinds = ['moved', 'added', 'left']
  return new Set(changes.flatMap(({ type, deviceId }) => (kinds.includes(type) ? (deviceId ?? []) : [])))
}

/** Lorries that have broken down. */
export function findBrokenLorries({ marks = [] }: Round): ReadonlySet<string> {
  const broken = new Set<string>()
  for (const { type, lorryId } of marks) {
    if (lorryId === undefined) continue
    if (type === 'breakdown') broken.add(lorryId)
    if (type === 'reopened') broken.delete(lorryId)
  }
  return broken
}

/** Places that are closed; those that were marked with one name are one. */
export interface Closure {
  readonly name: string
  readonly polygons: readonly (readonly Corner[])[]
}

export function listClosures({ marks = [] }: Round): Closure[] {
  const closed = new Map<string, { name: string; polygon: readonly Corner[] }>()
  for (const { type, polygon, reason } of marks) {
    if (!polygon) continue
    const key = JSON.stringify(polygon)
    if (type === 'blocked') closed.set(key, { name: reason ?? 'An area', polygon })
    if (type === 'reopened') closed.delete(key)
  }
  const byName = Map.groupBy(closed.values(), ({ name }) => name)
  return [...byName].map(([name, parts]) => ({ name, polygons: parts.map(({ polygon }) => polygon) }))
}
