/** Degrees. */
export interface Place {
  readonly longitude: number
  readonly latitude: number
}
