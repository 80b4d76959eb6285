import type { Customer, TipPlace, Vehicle } from '../../rounds/vrp/problem.ts'
import {
  ALWAYS,
  euclid,
  type Instance,
  makeMatrix,
  PLAIN_CUSTOMER,
  PLAIN_VEHICLE,
  type Point,
  sumDistances,
} from './instance.ts'
import { readRows } from './read-rows.ts'

/**
 * CVRPLIB's format with Euclidean distances. Without time windows they are rounded to whole numbers (Uchoa et al. 2017);
 * with them, the convention of the DIMACS challenge holds: distances, times and prizes are cut to one decimal, times
 * ten. Where vehicles may reload at the depot, a trip's end is a tip there.
 */
export function readVrplib(name: string, text: string, bestKnown: number | undefined): Instance {
  const { header, sections } = parse(text)
  if (header.get('EDGE_WEIGHT_TYPE') !== 'EUC_2D') throw new Error(`${name}: only EUC_2D distances are known`)
  const windows = sections.get('TIME_WINDOW_SECTION')
  const scale = windows ? 10 : 1
  const distanceBetween = windows
    ? (from: Point, to: Point): number => Math.floor(10 * euclid(from, to))
    : (from: Point, to: Point): number => Math.round(euclid(from, to))
  const numberAt = (section: string, node: number, absent: number): number =>
    sections.get(section)?.get(node)?.[0] ?? absent
  const customerNodes = [...(sections.get('NODE_COORD_SECTION')?.keys() ?? [])].filter((node) => node !== 1)
  if (!sections.get('DEPOT_SECTION')?.has(1)) throw new Error(`${name}: only node 1 may be the depot`)
  const windowOf = (node: number): { opens: number; closes: number } => {
    const [opens, closes] = windows?.get(node) ?? []
    return opens === undefined || closes === undefined
      ? ALWAYS
      : { opens: opens * scale, closes: closes * scale }
  }
  const serviceSeconds = scale * Number(header.get('SERVICE_TIME') ?? 0)
  const hasPrizes = sections.has('PRIZE_SECTION')
  const hasReleases = sections.has('RELEASE_TIME_SECTION')
  const customers: Customer[] = customerNodes.map((node) => ({
    ...PLAIN_CUSTOMER,
    ...windowOf(node),
    demand: [numberAt('DEMAND_SECTION', node, 0)],
    serviceSeconds: scale * numberAt('SERVICE_TIME_SECTION', node, serviceSeconds / scale),
    ...(hasPrizes && { prize: scale * numberAt('PRIZE_SECTION', node, 0) }),
    ...(hasReleases && { releaseTime: scale * numberAt('RELEASE_TIME_SECTION', node, 0) }),
  }))
  const reloads: TipPlace[] = sections.has('VEHICLES_RELOAD_DEPOT_SECTION')
    ? [{ ...ALWAYS, serviceSeconds: scale * numberAt('SERVICE_TIME_SECTION', 1, 0), streams: null }]
    : []
  const capacity = Number(header.get('CAPACITY'))
  const { opens, closes } = windowOf(1)
  const vehicle: Vehicle = {
    ...PLAIN_VEHICLE,
    capacity: [capacity],
    earliest: windows ? opens : 0,
    latest: closes,
  }
  const vehicleCount = Number(header.get('VEHICLES') ?? findFleetSize(customers, capacity))
  const nodes = [...customerNodes, ...reloads.map(() => 1), 1]
  const points = nodes.map(
    (node) => (sections.get('NODE_COORD_SECTION')?.get(node) ?? []) as unknown as Point,
  )
  return {
    name,
    problem: {
      customers,
      tips: reloads,
      depotCount: 1,
      vehicles: Array.from({ length: vehicleCount }, () => vehicle),
      matrices: [makeMatrix(points, distanceBetween)],
    },
    costOf: (plan) =>
      sumDistances(plan, points, distanceBetween) +
      (hasPrizes ? plan.absent.reduce((sum, customer) => sum + (customers[customer]?.prize ?? 0), 0) : 0),
    costDecimals: 0,
    // Solutions number the customers from 1 and write a reload as 0.
    numbersOf: (visits) => {
      const isReloaded = (visits.at(-1) ?? 0) >= customers.length
      return visits
        .slice(0, isReloaded ? -1 : undefined)
        .map((place) => (place < customers.length ? (customerNodes[place] as number) - 1 : 0))
    },
    bestKnown,
  }
}

interface VrplibFile {
  readonly header: ReadonlyMap<string, string>
  /** By name: each node's values. */
  readonly sections: ReadonlyMap<string, ReadonlyMap<number, readonly number[]>>
}

function parse(text: string): VrplibFile {
  const header = new Map<string, string>()
  const sections = new Map<string, ReadonlyMap<number, readonly number[]>>()
  const [head = '', ...parts] = text.split(/^(?=[A-Z_]+_SECTION)/m)
  for (const [, key, value] of head.matchAll(/^([A-Z_]+)\s*:\s*(.*?)\s*$/gm)) {
    header.set(key as string, value as string)
  }
  for (const part of parts) {
    const [title = ''] = part.split(/\s/)
    sections.set(title, new Map(readRows(part).map(([node = 0, ...values]) => [node, values])))
  }
  return { header, sections }
}

/** A third more than the loads fill: the best solutions of Uchoa's instances use a few more than the fewest. */
function findFleetSize(customers: readonly Customer[], capacity: number): number {
  const total = customers.reduce((sum, { demand: [amount = 0] }) => sum + amount, 0)
  return Math.ceil((1.3 * total) / capacity) + 3
}
