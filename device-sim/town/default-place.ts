export interface TownPlace {
  readonly name: string
  readonly longitude: number
  readonly latitude: number
  readonly timeZone: string
}

/** No such town stands there: these are fields in the west of England. */
export const DEFAULT_PLACE: TownPlace = {
  name: 'Wexbridge',
  longitude: -2.418,
  latitude: 52.262,
  timeZone: 'Europe/London',
}
