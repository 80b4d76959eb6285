import type { Authority, Publishable } from '../model/authority.ts'

/** What whoever uses a published dataset has to know of it. */
export interface DatasetTerms {
  readonly title: string
  readonly description: string
  /** An address; undefined where the authority has named none. */
  readonly licence: string | undefined
  /** Who is to be named; undefined where the authority asks for nothing. */
  readonly attribution: string | undefined
  /** How old readings are at least when they are told. */
  readonly delaySeconds: number
}

/** A dataset's own terms, and where it has none, those of the authority. */
export function termsOfDataset(authority: Authority, dataset: Publishable): DatasetTerms {
  const own: {
    readonly title?: string | undefined
    readonly description?: string | undefined
    readonly licence?: string | undefined
    readonly attribution?: string | undefined
    readonly delaySeconds?: number | undefined
  } = authority.publication?.[dataset] ?? {}
  const { title, description } = USUAL[dataset]
  return {
    title: own.title ?? title,
    description: own.description ?? description,
    licence: own.licence ?? authority.licence,
    attribution: own.attribution ?? authority.attribution,
    delaySeconds: own.delaySeconds ?? 0,
  }
}

/** As they stand in JSON: what the authority has not named is not there. */
export function pickTerms({ licence, attribution }: Pick<DatasetTerms, 'licence' | 'attribution'>): {
  licence?: string
  attribution?: string
} {
  return { ...(licence !== undefined && { licence }), ...(attribution !== undefined && { attribution }) }
}

const USUAL: Readonly<Record<Publishable, { readonly title: string; readonly description: string }>> = {
  bins: { title: 'Bins', description: 'How full public bins are, as their sensors measure it.' },
  counters: {
    title: 'Traffic counters',
    description: 'How many road users pass, by interval, lane or direction, and how fast.',
  },
  displays: {
    title: 'Stop displays',
    description: 'What the displays at stops show, and whether they work.',
  },
  vehicles: { title: 'Vehicles', description: 'Where the vehicles of public transport are.' },
  departures: { title: 'Departures', description: 'What leaves the stops next, as it is expected to.' },
  gtfs: { title: 'Timetable', description: 'The timetable of public transport, as GTFS.' },
  'gtfs-rt': {
    title: 'Live public transport',
    description: 'Delays, positions and alerts of public transport, as GTFS-Realtime.',
  },
  'service-alerts': { title: 'Service alerts', description: 'What passengers are told of disturbances.' },
  rounds: { title: 'Rounds', description: 'Where bins are collected, by which lorry and when.' },
  'bin-days': { title: 'Bin days', description: 'On which days bins are collected from households.' },
  open311: { title: 'Reports', description: 'What people report of bins, and what becomes of it.' },
}
