import { KINDS, type Kind } from '../model/device.ts'
import type { Reading } from '../model/reading.ts'
import { PARTS_PER_DEVICE_MAX } from './find-fault.ts'

/** One part of one device: what rows of the store's tables point to by number. */
export interface Series {
  readonly id: number
  readonly authority: string
  readonly kind: Kind
  readonly device: string
  readonly part: string
  /** Whether its row is committed. */
  isStored: boolean
  /** The time of its newest committed row. */
  horizon: number
  latest: Reading | undefined
  /** The number of the batch that the two below belong to. */
  batch: number
  stagedHorizon: number
  stagedLatest: Reading | undefined
}

interface Group {
  readonly devices: Map<string, Map<string, Series>>
  /** All of its series in the order of device and part; undefined after one was added. */
  sorted: Series[] | undefined
}

/**
 * Every series of the store with its newest reading, in memory: it tells new times from ones that may replace a row,
 * and answers what is latest. Bounded by the devices that may publish times PARTS_PER_DEVICE_MAX.
 */
export class SeriesIndex {
  readonly #authorities = new Map<string, Record<Kind, Group>>()
  #nextId = 1

  add(id: number, authority: string, kind: Kind, device: string, part: string): Series {
    this.#nextId = Math.max(this.#nextId, id + 1)
    let groups = this.#authorities.get(authority)
    if (!groups) {
      groups = createGroups()
      this.#authorities.set(authority, groups)
    }
    const group = groups[kind]
    let parts = group.devices.get(device)
    if (!parts) {
      parts = new Map()
      group.devices.set(device, parts)
    }
    const series: Series = {
      id,
      authority,
      kind,
      device,
      part,
      isStored: false,
      horizon: Number.NEGATIVE_INFINITY,
      latest: undefined,
      batch: 0,
      stagedHorizon: Number.NEGATIVE_INFINITY,
      stagedLatest: undefined,
    }
    parts.set(part, series)
    group.sorted = undefined
    return series
  }

  /** The reading's series, made where there is none; undefined where its device has too many parts already. */
  findOrAdd(reading: Reading): Series | undefined {
    const { authority, kind, device, part } = reading
    const parts = this.#authorities.get(authority)?.[kind].devices.get(device)
    const series = parts?.get(part)
    if (series) return series
    if (parts && parts.size >= PARTS_PER_DEVICE_MAX) return undefined
    return this.add(this.#nextId, authority, kind, device, part)
  }

  /** In the order of device and part. */
  list(authority: string, kind: Kind): readonly Series[] {
    const group = this.#authorities.get(authority)?.[kind]
    if (!group) return []
    group.sorted ??= [...group.devices.values()]
      .flatMap((parts) => [...parts.values()])
      .sort((a, b) => compareText(a.device, b.device) || compareText(a.part, b.part))
    return group.sorted
  }

  /** In the order of part. */
  listParts(authority: string, kind: Kind, device: string): readonly Series[] {
    const parts = this.#authorities.get(authority)?.[kind].devices.get(device)
    return parts ? [...parts.values()].sort((a, b) => compareText(a.part, b.part)) : []
  }

  deleteAuthority(authority: string): void {
    this.#authorities.delete(authority)
  }
}

function createGroups(): Record<Kind, Group> {
  return Object.fromEntries(
    KINDS.map((kind) => [kind, { devices: new Map(), sorted: undefined } satisfies Group]),
  ) as Record<Kind, Group>
}

/** The order of UTF-16 code units, in every store. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
