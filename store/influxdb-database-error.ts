import { KerbsideError } from '../model/error.ts'

/** InfluxDB answers, but says of one database that it is missing, or closed to Kerbside's token. */
export class InfluxdbDatabaseError extends KerbsideError {
  readonly isMissing: boolean
  /** What is wrong with the database, without the server's address. */
  readonly detail: string

  constructor(host: string, detail: string, isMissing: boolean) {
    super('STORE_UNAVAILABLE', `InfluxDB at ${host} is not available: ${detail}`)
    this.isMissing = isMissing
    this.detail = detail
  }
}
