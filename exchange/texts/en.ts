/** What people are told, in English: the language that every other one falls back to. `{…}` is filled in. */
export const en = {
  departuresFrom: 'Departures from {stop}',
  service: 'Service',
  destination: 'Destination',
  departs: 'Departs',
  now: 'now',
  inMinutes: '{minutes} min',
  live: 'live',
  byTimetable: 'timetable',
  cancelled: 'cancelled',
  noDepartures: 'No departures for now',
  updatedAt: 'Updated at {time}',
  outOfDate: 'Out of date: last heard at {time}',
  notReached: 'Not reached; trying again',
  binDays: 'Bin days',
  nextBinDays: 'Your next bin days',
  today: 'today',
  tomorrow: 'tomorrow',
  noBinDays: 'No bin days are known for this address',
  collectionOf: '{name} collection',
  movedFrom: 'instead of {date}',
  noCollection: 'no collection on {date}',
  roundOf: 'Bin round {round}',
  licence: 'Licence',
  source: 'Source: {attribution}',
  serviceAlertsOf: 'Service alerts of {authority}',
  worksOf: 'Works and changes of {authority}',
} as const satisfies Record<string, string>

/** What people are told, by its name; a language has every one of them. */
export type Texts = Readonly<Record<keyof typeof en, string>>
