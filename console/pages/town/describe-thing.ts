import type { Layer, Thing } from './live-town.ts'

/** How full a bin is, in classes that a colour stands for. */
export const FILL_CLASSES = [
  { below: 50, colour: '--fill-low', words: 'below 50 %' },
  { below: 75, colour: '--fill-some', words: '50 to 75 %' },
  { below: 90, colour: '--fill-high', words: '75 to 90 %' },
  { below: Number.POSITIVE_INFINITY, colour: '--fill-full', words: '90 % and more' },
] as const

/** How likely a bin overflows within a day, in percent. */
export const CHANCE_CLASSES = [
  { below: 5, colour: '--fill-low', words: 'below 5 %' },
  { below: 20, colour: '--fill-some', words: '5 to 20 %' },
  { below: 50, colour: '--fill-high', words: '20 to 50 %' },
  { below: Number.POSITIVE_INFINITY, colour: '--fill-full', words: '50 % and more' },
] as const

export const LAYER_TITLES: Readonly<Record<Layer, { readonly many: string; readonly one: string }>> = {
  bins: { many: 'Bins', one: 'Bin' },
  counters: { many: 'Traffic counters', one: 'Traffic counter' },
  vehicles: { many: 'Buses', one: 'Bus' },
  displays: { many: 'Stop displays', one: 'Stop display' },
  stops: { many: 'Stops', one: 'Stop' },
}

interface CountedPart {
  readonly intervalSeconds?: number
  readonly count?: number
  readonly counts?: Readonly<Record<string, number>>
  readonly meanSpeedKph?: number
}

/** What a counter sees in all its lanes: road users an hour, and how fast they are on the mean. */
export function readFlow({ properties }: Thing): { perHour: number; meanSpeedKph: number | undefined } {
  const lanes = properties['lanes'] as readonly CountedPart[] | undefined
  let perHour = 0
  let speeds = 0
  let weights = 0
  for (const part of lanes ?? [properties as CountedPart]) {
    const { intervalSeconds = 3600, count, counts = {}, meanSpeedKph } = part
    const counted = count ?? Object.values(counts).reduce((sum, each) => sum + each, 0)
    const hourly = (counted * 3600) / intervalSeconds
    perHour += hourly
    if (meanSpeedKph === undefined) continue
    speeds += meanSpeedKph * hourly
    weights += hourly
  }
  return { perHour, meanSpeedKph: weights > 0 ? speeds / weights : undefined }
}

export function readFill({ properties }: Thing): number | undefined {
  const { fillPercent } = properties
  return typeof fillPercent === 'number' ? fillPercent : undefined
}

/** The latest of it in a few words: what the list says, and what stands first in its panel. */
export function summarise(thing: Thing): string {
  if (thing.layer === 'stops') return summariseStop(thing)
  if (thing.time === undefined) return 'nothing read yet'
  const { properties } = thing
  switch (thing.layer) {
    case 'bins': {
      const fill = readFill(thing)
      if (properties['fireAlarm'] === true) return 'fire alarm'
      return fill === undefined ? 'level not known' : `${Math.round(fill)} % full`
    }
    case 'counters': {
      const { perHour, meanSpeedKph } = readFlow(thing)
      const speed = meanSpeedKph === undefined ? '' : ` at ${Math.round(meanSpeedKph)} km/h`
      return `${Math.round(perHour)} an hour${speed}`
    }
    case 'vehicles': {
      const route = properties['routeId']
      const speed = properties['speedKph']
      const where = typeof route === 'string' ? `route ${route}` : 'route not told'
      return typeof speed === 'number' ? `${where}, ${Math.round(speed)} km/h` : where
    }
    case 'displays':
      return String(properties['state'] ?? 'state not told')
  }
}

function summariseStop({ properties }: Thing): string {
  const routes = (properties['routes'] ?? []) as readonly { readonly shortName: string }[]
  const names = routes.map(({ shortName }) => shortName).join(', ')
  if (routes.length === 0) return 'no route calls here'
  return routes.length === 1 ? `route ${names}` : `routes ${names}`
}
