import type { Message } from './message.ts'

/**
 * Where the ingest takes messages from: a journal in process, or a broker. Delivers at least once, in the order of
 * receipt, and keeps what has been read until it is forgotten.
 */
export interface MessageSource {
  /** Names the source in the registry, where positions and counts are kept by it. Stable over restarts. */
  readonly id: string
  /**
   * Waits for messages and resolves with 1 to `limit` of them, behind the ones read before (which need not have been
   * forgotten yet). One read at a time. Resolves with none once the source is closed.
   */
  read(limit: number): Promise<readonly Message[]>
  /** The messages of one read are stored or quarantined; reads are forgotten in the order in which they were made. */
  forget(messages: readonly Message[]): Promise<void>
  close(): Promise<void>
}
