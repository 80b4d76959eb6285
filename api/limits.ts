/** What one client may ask of the API. */
export interface ApiLimits {
  /** The largest body of a request, in bytes, after decompression. More is answered with 413. */
  readonly bodyBytes: number
  /** The largest zip of a timetable, in bytes. More is answered with 413. */
  readonly gtfsBytes: number
  /** Requests a minute with one key. More are answered with 429. */
  readonly requestsPerMinutePerKey: number
  /** Requests a minute without a valid key from one address. More are answered with 429. */
  readonly requestsPerMinutePerAddress: number
  /** How many keys and addresses are counted at once, some 100 bytes each; the least recently seen are let go. */
  readonly countedClientsMax: number
  /** How long a client may take to send its request. */
  readonly requestTimeoutSeconds: number
  /** How long an endpoint may take to answer, before the client is told 503. */
  readonly handlerTimeoutSeconds: number
  /** Rounds of an authority that wait to be planned or are being planned. One more is answered with 503. */
  readonly unfinishedRounds: number
}

export const DEFAULT_LIMITS: ApiLimits = {
  bodyBytes: 1024 * 1024,
  gtfsBytes: 200_000_000,
  requestsPerMinutePerKey: 60_000,
  requestsPerMinutePerAddress: 600,
  countedClientsMax: 10_000,
  requestTimeoutSeconds: 30,
  handlerTimeoutSeconds: 60,
  unfinishedRounds: 20,
}
