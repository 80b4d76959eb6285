import { createHash } from 'node:crypto'
import type { Authority } from '../model/authority.ts'
import { departuresToJson } from '../model/departure.ts'
import { KerbsideError } from '../model/error.ts'
import { listDepartures, type StopDeparture } from '../transit/feed/list-departures.ts'
import type { TransitMoment } from '../transit/feed/transit-moment.ts'
import { termsOf } from './licences.ts'
import { createServedBody, type ServedBody } from './served-body.ts'
import type { TransitView } from './transit-view.ts'

export interface BoardQuery {
  readonly authority: string
  /** A stop's id, or a station's. */
  readonly stop: string
  readonly limit: number
  readonly minutes: number
  /** In ms since 1970; the moment itself where it is undefined. */
  readonly from?: number | undefined
}

/** What leaves a stop, as it is served. */
export interface Board {
  readonly body: ServedBody
  /** The same whenever nothing but time has passed. */
  readonly contentHash: string
  readonly json: object
  readonly moment: TransitMoment
}

/** Boards of stops, made once for all who ask for the same one at the same moment. */
export interface DepartureBoards {
  /** Rejects with NOT_FOUND where there is no such stop. */
  get(query: BoardQuery): Promise<Board>
  /** Whether a moment is what is known now. */
  isCurrent(authority: string, moment: TransitMoment): boolean
  list(query: BoardQuery): Promise<{
    readonly moment: TransitMoment
    readonly stopName: string
    readonly departures: readonly StopDeparture[]
  }>
}

/** Boards that are kept of a moment, some 10 kB each; all are let go where one more would be. */
const BOARDS_MAX = 5_000

export function createDepartureBoards(
  view: TransitView,
  getAuthority: (id: string) => Promise<Authority>,
): DepartureBoards {
  const boards = new WeakMap<TransitMoment, Map<string, Board>>()

  return {
    isCurrent: view.isCurrent,

    async get(query) {
      const moment = await getMoment(query)
      const authority = await getAuthority(query.authority)
      if (query.from !== undefined) return writeBoard(moment, query, authority)
      let ofMoment = boards.get(moment)
      if (!ofMoment) {
        ofMoment = new Map()
        boards.set(moment, ofMoment)
      }
      const { licence = '', attribution = '' } = termsOf(authority, 'departures')
      const { limit, minutes, stop } = query
      const key = [limit, minutes, stop, authority.timeZone, licence, attribution].join('\n')
      let board = ofMoment.get(key)
      if (!board) {
        board = writeBoard(moment, query, authority)
        if (ofMoment.size >= BOARDS_MAX) ofMoment.clear()
        ofMoment.set(key, board)
      }
      return board
    },

    async list(query) {
      const moment = await getMoment(query)
      return { moment, stopName: stopNameOf(moment, query.stop), departures: listOf(moment, query) }
    },
  }

  async function getMoment({ authority, stop }: BoardQuery): Promise<TransitMoment> {
    const moment = await view.findMoment(authority)
    if (!moment) {
      throw new KerbsideError('NOT_FOUND', `There is no stop ${stop}: ${authority} has no timetable`)
    }
    return moment
  }
}

function stopNameOf({ timetable: { stops } }: TransitMoment, stop: string): string {
  return stops.names[stops.indexOf.get(stop) ?? -1] ?? stop
}

function listOf(moment: TransitMoment, { stop, limit, minutes, from = moment.time }: BoardQuery) {
  const index = moment.timetable.stops.indexOf.get(stop)
  if (index === undefined) throw new KerbsideError('NOT_FOUND', `There is no stop ${stop}`)
  return listDepartures(moment, { stop: index, from, until: from + minutes * 60_000, limit })
}

function writeBoard(moment: TransitMoment, query: BoardQuery, authority: Authority): Board {
  const { stop } = query
  const items = listOf(moment, query).map(({ departure }) => departure)
  // What whoever shows a board needs to know beside the departures.
  const about = {
    stopName: stopNameOf(moment, stop),
    timeZone: authority.timeZone,
    ...termsOf(authority, 'departures'),
  }
  const json = { ...departuresToJson({ stop, generatedTime: moment.time, items }), ...about }
  const contentHash = createHash('sha1')
    // An age grows by itself, and tells nothing that its departure does not.
    .update(JSON.stringify([items, about], (name, value) => (name === 'ageSeconds' ? undefined : value)))
    .digest('base64url')
    .slice(0, 16)
  const body = createServedBody({
    mediaType: 'application/json; charset=utf-8',
    etag: `W/"${contentHash}"`,
    modifiedTime: undefined,
    plain: Buffer.from(JSON.stringify(json)),
  })
  return { body, contentHash, json, moment }
}
