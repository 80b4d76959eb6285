/**
 * Arcs by importance, with shortcuts past the less important ones: any quickest way goes up to some arc and from there
 * down, so two small searches find it (contraction hierarchies: Geisberger, Sanders, Schultes and Delling 2008). An arc's
 * node is its rank, 0 the least important.
 */
export interface Hierarchy {
  /** By arc; -1 where it is closed. */
  readonly nodeOfArc: Int32Array
  /** By node and one more: where its links to more important nodes begin in `upHeads` and `upLinks`. */
  readonly upOffsets: Int32Array
  readonly upHeads: Int32Array
  readonly upLinks: Int32Array
  /** The same for the links from more important nodes. */
  readonly downOffsets: Int32Array
  readonly downTails: Int32Array
  readonly downLinks: Int32Array
  /** By link: from the beginning of an arc to the beginning of another; ms, ms and cm. */
  readonly linkWeights: Int32Array
  readonly linkDurations: Int32Array
  readonly linkLengths: Int32Array
  /** By link: the two links, made before it, that it stands for; -1 and its first arc where it is one turn. */
  readonly linkFirsts: Int32Array
  readonly linkSeconds: Int32Array
}
