/**
 * What a GTFS-Realtime feed is checked against. E… and W… are numbered as by the classic validator (its E are errors, its W
 * warnings), so that its documentation holds; K… are of Kerbside alone.
 */
export const QUALITY_RULES = {
  E001: 'A time is no number of seconds since 1970',
  E002: 'The stops of a trip are not in the order of stop_sequence',
  E003: 'There is no such trip in the timetable',
  E004: 'There is no such route in the timetable',
  E006: 'A trip that repeats by a headway has no start date or start time',
  E009: 'A trip calls at a stop twice, and its updates have no stop_sequence to tell the calls apart',
  E011: 'There is no such stop in the timetable',
  E012: 'Something is later than the header of its feed',
  E013: 'A trip that repeats by a headway is told of as scheduled',
  E015: 'A stop is a station, an entrance or the like, where nothing calls',
  E016: 'A trip that is said to be added is in the timetable',
  E017: 'The content is another, and the header has the same timestamp',
  E018: 'The timestamp of the header has gone back',
  E019: 'The start time of a trip that repeats is not one of its starts',
  E020: 'A start time has not the form of a time',
  E021: 'A start date has not the form of a date',
  E022: 'The times of a trip do not grow from stop to stop',
  E023: 'A start time is not that of the timetable',
  E024: 'The direction is not that of the timetable',
  E025: 'A vehicle leaves a stop before it arrives there',
  E026: 'A position is none on the earth',
  E027: 'A bearing is not from 0 to 360 degrees',
  E028: 'A vehicle is more than a mile outside of the area of the timetable',
  E029: 'A vehicle is more than 200 m off the shape of its trip',
  E032: 'An alert does not say whom it concerns',
  E033: 'An alert names somebody it concerns without saying who',
  E034: 'There is no such agency in the timetable',
  E035: 'The trip is not one of the route that is named with it',
  E036: 'Two stops of a trip, one behind the other, have the same stop_sequence',
  E037: 'A trip is told of at the same stop twice, one behind the other',
  E038: 'The version of GTFS-Realtime in the header is none that is known',
  E039: 'A feed that is whole deletes something',
  E040: 'A stop of a trip has neither stop_id nor stop_sequence',
  E041: 'A trip has no stops',
  E042: 'A stop of which nothing is known has times',
  E043: 'A stop has neither arrival nor departure',
  E044: 'An arrival or a departure has neither a time nor a delay',
  E045: 'A stop_sequence is that of another stop',
  E048: 'The header has no timestamp',
  E049: 'The header does not say whether the feed is whole',
  E050: 'A time at which something was known is in the future',
  E051: 'The trip has no such stop_sequence in the timetable',
  E052: 'Two vehicles have the same id',
  W001: 'It is not said when something was known',
  W002: 'A vehicle has no id',
  W004: 'A vehicle is faster than 26 m/s',
  W006: 'A trip is told of without its id',
  W007: 'The feed was not renewed for more than 35 s',
  W008: 'The header is more than 65 s old',
  W009: 'It is not said how a trip stands to the timetable',
  K001: 'By the timetable the trip does not run on its start date',
  K002: 'Two entities have the same id',
  K003: 'The feed names another version of the timetable than the one in use',
} as const satisfies Record<string, string>
export type QualityRule = keyof typeof QUALITY_RULES

/** Of ours only this is no error: a consumer may still know the version that is named. */
const OWN_WARNINGS: readonly QualityRule[] = ['K003']

export function isError(rule: QualityRule): boolean {
  return !rule.startsWith('W') && !OWN_WARNINGS.includes(rule)
}
