/**
 * What Kerbside itself observes and writes beside the readings, so that dashboards have it as columns: measurements of the
 * store, each with its tags (beside `authority`, which all have) and its fields. Yes and no are 1 and 0, times in fields
 * are ms since 1970, chances are 0 to 1. What is written again at the same time with the same tags replaces it.
 */
export const MEASUREMENTS = {
  /** The balance, each minute. */
  balance: {
    tags: [],
    fields: {
      accepted: 'number',
      stored: 'number',
      quarantined: 'number',
      pending: 'number',
      lagSeconds: 'number',
    },
  },
  /** Quarantined readings that wait, by reason, each minute; 0 of reasons that none waits for. */
  waiting: { tags: ['reason'], fields: { readings: 'number' } },
  /** What a process of this installation says of itself, each minute; `process` is its command and a number. */
  process: {
    tags: ['process'],
    fields: {
      connections: 'number',
      journalBytes: 'number',
      /** Of what it may hold, see docs/limits.md. */
      journalFilledPercent: 'number',
      journalMessages: 'number',
      storeWriteSeconds: 'number',
      requestsPerSecond: 'number',
      medianRequestSeconds: 'number',
      request99Seconds: 'number',
      memoryBytes: 'number',
    },
  },
  /**
   * Each device, every five minutes; what a bin or a display says of itself as its newest reading has it, here beside the
   * place and the area, which readings have not.
   */
  device: {
    tags: ['kind', 'device', 'area'],
    fields: {
      name: 'string',
      latitude: 'number',
      longitude: 'number',
      isSilent: 'number',
      isStuck: 'number',
      ageSeconds: 'number',
      usualIntervalSeconds: 'number',
      fillPercent: 'number',
      temperatureC: 'number',
      batteryPercent: 'number',
      tiltDegrees: 'number',
    },
  },
  /** What a bin's forecast says if nobody empties it, at the time that it was made: every hour. */
  forecast: {
    tags: ['device', 'area'],
    fields: {
      name: 'string',
      fillPercent: 'number',
      /** Before the next planned round that lifts it; within 48 hours where none is planned. */
      chanceOfOverflowBeforeRound: 'number',
      chanceOfOverflow24h: 'number',
      chanceOfOverflow48h: 'number',
      chanceOfOverflow72h: 'number',
      latitude: 'number',
      longitude: 'number',
    },
  },
  /** The level that was forecast a day before, at the time that it was forecast for, with its 80 % interval. */
  expectation: {
    tags: ['device', 'area'],
    fields: { expectedPercent: 'number', lowPercent: 'number', highPercent: 'number' },
  },
  /** How far a lorry of a round is, each minute of the round's day. */
  progress: {
    tags: ['round', 'lorry'],
    fields: { planned: 'number', done: 'number', impossible: 'number', left: 'number' },
  },
  /** A counter's last whole hour, at its start, beside what is usual at that hour of the week. */
  flow: {
    tags: ['device', 'area'],
    fields: {
      name: 'string',
      vehiclesPerHour: 'number',
      usualVehiclesPerHour: 'number',
      meanSpeedKph: 'number',
      usualSpeedKph: 'number',
      latitude: 'number',
      longitude: 'number',
    },
  },
  /** The departures of the next hour, by what they rest on, each minute, of each stop that has any. */
  board: {
    tags: ['stop'],
    fields: {
      departures: 'number',
      live: 'number',
      timetable: 'number',
      noData: 'number',
      stale: 'number',
      cancelled: 'number',
    },
  },
  /** A display: what it says of itself, and whether it shows what it was told. */
  sign: {
    tags: ['device', 'area'],
    fields: {
      name: 'string',
      state: 'string',
      isDark: 'number',
      isWrong: 'number',
      latitude: 'number',
      longitude: 'number',
    },
  },
  /** A vehicle on a trip, each minute. */
  bus: {
    tags: ['vehicle', 'route'],
    fields: { delaySeconds: 'number', latitude: 'number', longitude: 'number', trip: 'string' },
  },
  /** The trips of a route that are under way by the timetable, each minute. */
  route: {
    tags: ['route'],
    fields: { due: 'number', live: 'number', missing: 'number', late: 'number', meanDelaySeconds: 'number' },
  },
  /** What came of the predictions of the last hour, by how far ahead they were in minutes: 0-3, 3-6, 6-12, 12-30. */
  accuracy: {
    tags: ['horizon'],
    fields: { predictions: 'number', maeSeconds: 'number', biasSeconds: 'number', withinPercent: 'number' },
  },
  /** The feed that apps are told, each minute. */
  feed: {
    tags: [],
    fields: {
      /** Of the newest that live times rest on; not there while nothing is to be under way. */
      ageSeconds: 'number',
      trips: 'number',
      vehicles: 'number',
      errors: 'number',
      warnings: 'number',
    },
  },
  /** An alert, when it is raised (1) and when it clears (0). */
  alert: {
    tags: ['condition', 'device'],
    fields: { isRaised: 'number', severity: 'string', summary: 'string' },
  },
} as const satisfies Readonly<Record<string, MeasurementColumns>>

export interface MeasurementColumns {
  readonly tags: readonly string[]
  readonly fields: Readonly<Record<string, 'number' | 'string'>>
}

export type Measurement = keyof typeof MEASUREMENTS

/** One row of a measurement; what is not known is left out of its fields. A tag may be empty. */
export type Observation<M extends Measurement = Measurement> = { [K in M]: ObservationOf<K> }[M]

interface ObservationOf<M extends Measurement> {
  readonly measurement: M
  /** In ms since 1970. */
  readonly time: number
  readonly tags: Readonly<Record<(typeof MEASUREMENTS)[M]['tags'][number], string>>
  readonly fields: Fields<(typeof MEASUREMENTS)[M]['fields']>
}

type Fields<F extends MeasurementColumns['fields']> = {
  readonly [name in keyof F]?: (F[name] extends 'number' ? number : string) | undefined
}
