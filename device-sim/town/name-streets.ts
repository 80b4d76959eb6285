import type { Random } from '../../model/random.ts'

const OLD = [
  'Church',
  'Mill',
  'Bridge',
  'Market',
  'Castle',
  'Abbey',
  'Fish',
  'Corn',
  'Sheep',
  'Silver',
  'Bread',
]
const TREES = ['Alder', 'Ash', 'Beech', 'Birch', 'Cherry', 'Elm', 'Hazel', 'Holly', 'Larch', 'Lime', 'Maple']
const MORE_TREES = [
  'Oak',
  'Pear',
  'Rowan',
  'Sorrel',
  'Walnut',
  'Willow',
  'Yew',
  'Bramble',
  'Heather',
  'Juniper',
]
const PEOPLE = [
  'Albert',
  'Alice',
  'Brunel',
  'Chapel',
  'Darwin',
  'Edith',
  'Fry',
  'Gladstone',
  'Hardy',
  'Jubilee',
]
const MORE_PEOPLE = ['King', 'Lovelace', 'Morris', 'Nelson', 'Priory', 'Queen', 'Ruskin', 'Stanley', 'Turner']
const LAND = [
  'Brook',
  'Cuckoo',
  'Dingle',
  'Farm',
  'Glebe',
  'Hill',
  'Lark',
  'Meadow',
  'Orchard',
  'Paddock',
  'Quarry',
]
const MORE_LAND = [
  'Rectory',
  'Spring',
  'Spinney',
  'Warren',
  'Weir',
  'Wood',
  'Barn',
  'Fern',
  'Heron',
  'Otter',
  'Swan',
]

const STEMS = [...TREES, ...MORE_TREES, ...PEOPLE, ...MORE_PEOPLE, ...LAND, ...MORE_LAND]
const OLD_KINDS = ['Street', 'Lane', 'Row', 'Gate', 'Yard', 'Passage']
const NEW_KINDS = [
  'Road',
  'Avenue',
  'Drive',
  'Way',
  'Gardens',
  'Rise',
  'Grove',
  'Terrace',
  'Crescent',
  'Walk',
]
const MAIN = [
  'Worcester',
  'London',
  'Station',
  'Wexley',
  'Harbour',
  'Stourton',
  'Abbots',
  'Malden',
  'Ludbrook',
]
const MAIN_MORE = [
  'Evenlode',
  'Victoria',
  'Kingsway',
  'Northfield',
  'Southgate',
  'Eastcote',
  'Weston',
  'Thornbury',
]

/** Gives out names, none twice, that suit a street's age and importance. */
export function createStreetNamer(random: Random) {
  const taken = new Set<string>()
  const pick = (list: readonly string[]): string => list[Math.floor(random() * list.length)] as string
  return function nameStreet(place: 'main' | 'old' | 'new' | 'blind'): string {
    for (let tries = 0; ; tries++) {
      const name = `${stem(place, tries)} ${kind(place)}`
      if (taken.has(name)) continue
      taken.add(name)
      return name
    }
  }

  function stem(place: string, tries: number): string {
    const first = place === 'main' ? pick([...MAIN, ...MAIN_MORE]) : place === 'old' ? pick(OLD) : pick(STEMS)
    // Beyond its single names a town has Upper Mill Lane and Old Chapel Row, and at last double ones.
    if (tries < 12) return first
    return tries < 24
      ? `${pick(['Upper', 'Lower', 'Old', 'Little', 'Great'])} ${first}`
      : `${pick(STEMS)}${pick(STEMS).toLowerCase()}`
  }

  function kind(place: string): string {
    if (place === 'main') return random() < 0.75 ? 'Road' : 'Street'
    if (place === 'blind') return random() < 0.7 ? 'Close' : 'Court'
    return place === 'old' ? pick(OLD_KINDS) : pick(NEW_KINDS)
  }
}
