/** What has happened since the broker started. */
export interface BrokerCounters {
  connects: number
  refusedConnects: number
  /** Journalled, of devices and their wills. */
  publishes: number
  deniedPublishes: number
  deniedSubscriptions: number
  /** Not passed on, since their subscriber does not take what it was sent. */
  droppedForwards: number
}

export function createCounters(): BrokerCounters {
  return {
    connects: 0,
    refusedConnects: 0,
    publishes: 0,
    deniedPublishes: 0,
    deniedSubscriptions: 0,
    droppedForwards: 0,
  }
}
