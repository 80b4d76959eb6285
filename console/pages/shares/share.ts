/** As `GET …/shares` has it. */
export interface Share {
  readonly id: string
  readonly granting: string
  readonly to: string
  readonly dataset: {
    readonly type: 'bins' | 'counters' | 'departures'
    readonly area?: object
    readonly deviceIds?: readonly string[]
    readonly stopIds?: readonly string[]
  }
  readonly purpose: 'read' | 'plan'
  readonly from: string
  readonly until: string
  readonly state: 'waiting' | 'active' | 'over' | 'withdrawn' | 'declined'
}

/** As `GET …/shares/{share}/accesses` has it. */
export interface ShareAccess {
  readonly number: number
  readonly time: string
  readonly use: string
  readonly actor: string
  readonly target: string | null
  readonly count: number
}

/** What is shared, in words: `2 bins`, `all counters`. */
export function nameDataset({ dataset }: Share): string {
  const { type, area, deviceIds, stopIds } = dataset
  if (area) return `${type} of an area`
  const ids = deviceIds ?? stopIds
  if (!ids) return `all ${type}`
  const noun = type === 'departures' ? 'stops' : type
  return `${ids.length} ${ids.length === 1 ? noun.replace(/s$/, '') : noun}`
}

export const isOpen = ({ state }: Share): boolean => state === 'active' || state === 'waiting'
