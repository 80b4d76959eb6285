import { createRandom } from '../../model/random.ts'
import type { PlannedBin, RoundInput } from '../../rounds/round-input.ts'

const CENTRE = { longitude: 13.4, latitude: 52.5 }

export function makeBin(id: string, fields: Partial<PlannedBin> = {}): PlannedBin {
  return {
    id,
    name: null,
    ...CENTRE,
    fillPercent: 80,
    time: Date.parse('2026-06-30T18:00:00Z'),
    thresholdPercent: null,
    capacityLitres: null,
    stream: null,
    collectFrom: null,
    collectUntil: null,
    skills: [],
    serviceSeconds: null,
    overflowCostPerDay: null,
    forecast: null,
    ...fields,
  }
}

/** Bins within some 5 km, about half of them due; a depot in the middle, and a lorry. */
export function makeTown(
  seed: number,
  binCount: number,
  parts: Partial<Omit<RoundInput, 'request'>> & { request?: Partial<RoundInput['request']> } = {},
): RoundInput {
  const random = createRandom(seed)
  const { request, ...others } = parts
  return {
    timeZone: 'Europe/Berlin',
    bins: Array.from({ length: binCount }, (_, index) =>
      makeBin(`bin-${index}`, {
        longitude: CENTRE.longitude + (random() - 0.5) * 0.14,
        latitude: CENTRE.latitude + (random() - 0.5) * 0.09,
        fillPercent: Math.round(50 + random() * 50),
        thresholdPercent: random() < 0.2 ? 90 : null,
        capacityLitres: 660,
      }),
    ),
    depots: [{ id: 'yard', name: 'The yard', ...CENTRE }],
    tips: [],
    lorries: [makeLorry('lorry-1')],
    ...others,
    request: { date: '2026-07-01', ...request },
  }
}

export function makeLorry(
  id: string,
  fields: Partial<RoundInput['lorries'][number]> = {},
): RoundInput['lorries'][number] {
  return {
    id,
    name: id,
    depotId: 'yard',
    capacity: { litres: 10_000, kg: 10_000 },
    streams: [],
    shiftStart: '06:00',
    shiftEnd: '14:00',
    breakSeconds: 0,
    costPerKm: 1,
    costPerHour: 40,
    costPerDay: 100,
    skills: [],
    heightM: null,
    weightKg: null,
    ...fields,
  }
}

export function makeTip(
  id: string,
  fields: Partial<RoundInput['tips'][number]> = {},
): RoundInput['tips'][number] {
  return {
    id,
    name: id,
    longitude: CENTRE.longitude + 0.05,
    latitude: CENTRE.latitude + 0.03,
    opens: '00:00',
    closes: '24:00',
    serviceSeconds: 600,
    streams: [],
    ...fields,
  }
}
