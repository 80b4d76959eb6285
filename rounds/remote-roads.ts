import type { MessagePort } from 'node:worker_threads'
import { type ErrorCode, type InputFault, KerbsideError, messageOf } from '../model/error.ts'
import type { Place } from './roads/place.ts'
import type { RoadSearch, Roads } from './roads/roads.ts'
import { createStraightRoads } from './roads/straight-roads.ts'

/** What a thread that plans asks of the roads of the thread that started it. */
interface RoadsRequest {
  readonly id: number
  readonly question: 'measure' | 'trace' | 'locate'
  readonly places: readonly Place[]
  readonly search: RoadSearch
}

/** Errors lose their class and fields on the way to another thread. */
export interface SentError {
  readonly code: ErrorCode
  readonly message: string
  readonly faults: readonly InputFault[]
}

interface RoadsAnswer {
  readonly id: number
  readonly value?: unknown
  readonly error?: SentError
}

/** What a thread knows of roads that are elsewhere. */
export type RoadsFacts = Pick<Roads, 'isEstimated' | 'attribution' | 'edges'>

/** Answers what comes through a port from these roads, until the port is closed. */
export function serveRoads(port: MessagePort, roads: Roads): void {
  port.on('message', ({ id, question, places, search }: RoadsRequest) => {
    roads[question](places, search).then(
      (value) => port.postMessage({ id, value } satisfies RoadsAnswer),
      (error: unknown) => port.postMessage({ id, error: sendError(error) } satisfies RoadsAnswer),
    )
  })
}

/**
 * The roads behind a port. Straight lines need nobody to ask, and are measured in the thread that wants them. A search's
 * signal does not reach the other side.
 */
export function createRemoteRoads(port: MessagePort, facts: RoadsFacts): Roads {
  if (facts.isEstimated) return createStraightRoads()
  const waiting = new Map<number, PromiseWithResolvers<unknown>>()
  let lastId = 0
  port.on('message', ({ id, value, error }: RoadsAnswer) => {
    const { resolve, reject } = waiting.get(id) ?? {}
    waiting.delete(id)
    if (error) reject?.(receiveError(error))
    else resolve?.(value)
  })
  const ask = <T>(question: RoadsRequest['question'], places: readonly Place[], search: RoadSearch = {}) => {
    const { signal: _, ...sent } = search
    const id = ++lastId
    const answer = Promise.withResolvers<unknown>()
    waiting.set(id, answer)
    port.postMessage({ id, question, places, search: sent } satisfies RoadsRequest)
    return answer.promise as Promise<T>
  }
  return {
    ...facts,
    // Who plans draws no map of them.
    streets: null,
    measure: (places, search) => ask('measure', places, search),
    trace: (places, search) => ask('trace', places, search),
    locate: (places) => ask('locate', places),
    async close() {
      port.close()
    },
  }
}

export function sendError(error: unknown): SentError {
  const failure = error instanceof KerbsideError ? error : undefined
  return {
    code: failure?.code ?? 'INTERNAL',
    message: messageOf(error),
    faults: failure?.faults ?? [],
  }
}

export function receiveError({ code, message, faults }: SentError): KerbsideError {
  return new KerbsideError(code, message, { faults })
}
