import { createRandom } from '../../../model/random.ts'
import type { RoundInput } from '../../../rounds/round-input.ts'
import { makeLorry, makeTip, makeTown } from '../round-town.ts'

const LORRIES = [
  makeLorry('lorry-1', { breakSeconds: 1_800, streams: ['paper', 'glass'] }),
  makeLorry('lorry-2', { breakSeconds: 2_700, breakOpens: '09:00', breakCloses: '11:00', dayLimitLifts: 60 }),
  makeLorry('lorry-3', { depotId: 'hall', shiftStart: '07:00', shiftEnd: '13:00', skills: ['crane'] }),
  makeLorry('lorry-4', { depotId: 'hall', capacity: { litres: 7_000, kg: 900 }, costPerKm: 2 }),
]

/** A town with two depots, three tips with hours, two streams besides what nobody named, windows and skills. */
export function makeBusyDay(seed: number): RoundInput {
  const random = createRandom(seed + 1_000)
  const town = makeTown(seed, 60 + Math.floor(random() * 100), {
    lorries: LORRIES,
    tips: [
      makeTip('tip'),
      makeTip('works', {
        longitude: 13.35,
        latitude: 52.49,
        streams: ['paper'],
        opens: '07:00',
        closes: '12:30',
      }),
      makeTip('heap', {
        longitude: 13.42,
        latitude: 52.46,
        serviceSeconds: 300,
        opens: '06:30',
        closes: '13:00',
      }),
    ],
  })
  return {
    ...town,
    depots: [...town.depots, { id: 'hall', name: 'The hall', longitude: 13.36, latitude: 52.52 }],
    bins: town.bins.map((bin) => ({
      ...bin,
      stream: random() < 0.5 ? null : random() < 0.5 ? 'paper' : 'glass',
      collectFrom: random() < 0.15 ? '08:00' : null,
      collectUntil: random() < 0.2 ? '11:00' : null,
      skills: random() < 0.05 ? ['crane'] : [],
      serviceSeconds: random() < 0.2 ? 240 : null,
    })),
  }
}
