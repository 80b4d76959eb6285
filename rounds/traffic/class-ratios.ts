export interface CountedRoad {
  readonly ratios: Float64Array
  /** Hours of which its speed is known. */
  readonly knownHours: number
  /** An index in the road classes; undefined where no road is near. */
  readonly roadClass: number | undefined
}

/** As much as one counter weighs free flow at all hours, of which a town without counters has nothing else. */
const FREE_WEIGHT = 1
/** As much as so many counters of a class weighs the whole town. */
const TOWN_WEIGHT = 2
/** A counter is believed by half once it is known for so long. */
const HALF_BELIEVED_HOURS = 72

/** Speed ratios by slice: of the town, of each class of its roads, and of each counter, shrunk towards its class by its age. */
export interface ClassRatios {
  readonly ofTown: Float64Array
  readonly ofClass: (roadClass: number) => Float64Array
  readonly ofCounter: readonly Float64Array[]
}

export function poolClassRatios(roads: readonly CountedRoad[], sliceCount: number): ClassRatios {
  const ofTown = shrunkMean(roads, new Float64Array(sliceCount).fill(1), FREE_WEIGHT)
  const classes = new Map<number, Float64Array>()
  for (const { roadClass } of roads) {
    if (roadClass === undefined || classes.has(roadClass)) continue
    const ofIt = roads.filter((road) => road.roadClass === roadClass)
    classes.set(roadClass, shrunkMean(ofIt, ofTown, TOWN_WEIGHT))
  }
  const ofClass = (roadClass: number): Float64Array => classes.get(roadClass) ?? ofTown
  const ofCounter = roads.map((road) =>
    shrunkMean(
      [road],
      road.roadClass === undefined ? ofTown : ofClass(road.roadClass),
      HALF_BELIEVED_HOURS / road.knownHours,
    ),
  )
  return { ofTown, ofClass, ofCounter }
}

function shrunkMean(
  roads: readonly CountedRoad[],
  towards: Float64Array,
  weightOfThat: number,
): Float64Array {
  return towards.map((ratio, slice) => {
    const sum = roads.reduce((total, { ratios }) => total + (ratios[slice] as number), 0)
    return (sum + weightOfThat * ratio) / (roads.length + weightOfThat)
  })
}
