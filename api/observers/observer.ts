import type { Authority } from '../../model/authority.ts'
import type { Observation } from '../../model/observation.ts'

/** Looks at one subject of an authority, so that dashboards have it by time. */
export interface Observer {
  /** What it is about, for the log. */
  readonly subject: string
  /** By the clock of the installation, in ms: whole minutes. */
  readonly everyMs: number
  /** Whether it is this process that looks; without it, one process of the installation does. */
  isMine?(): boolean
  /**
   * What there is now; `time` (ms since 1970) is the last multiple of `everyMs`, so that what is written twice is there once.
   * Where it is nothing, and `isComplete` does not say otherwise, it is asked again a minute later.
   */
  observe(authority: Authority, time: number): Promise<readonly Observation[]>
  /** Whether nothing is left to be told in this interval. */
  isComplete?(authority: string): boolean
}

export const MINUTE_MS = 60_000
