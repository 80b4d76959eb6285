import type { Connection, ConnectionReport, Credentials } from '../../model/connection.ts'
import type { VehiclePayload } from './read-vehicle-positions.ts'

/** What a runner of a connection is given to work with. */
export interface ConnectionRun<C extends Connection = Connection> {
  readonly authority: string
  readonly connection: C
  readonly credentials: Credentials
  readonly isPrivateAllowed: boolean
  /** Passes positions on to the ingest; resolves with how many were taken. */
  deliver(vehicles: readonly VehiclePayload[], receivedTime: number): Promise<number>
  /** How it fares, for whoever set it up; with the last message where others are to read it. Never rejects. */
  report(
    report: ConnectionReport,
    feed?: { readonly bytes: Uint8Array; readonly receivedTime: number },
  ): Promise<void>
  now(): number
  /** From 0 to 1. */
  random(): number
  /** Aborted when it is to end; with ENDS_SESSION where nobody will go on with it. */
  readonly signal: AbortSignal
}

/** The reason of an abort after which the other side need not keep anything for this connection. */
export const ENDS_SESSION = 'ends-session'
