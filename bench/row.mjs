/**
 * A row of a bench's table.
 *
 * @param of  measure, unit, peerVersion; ours and peer in that unit; `rate` where more is better, so that a ratio above 1 always means
 *            that we are ahead; `atLeast` the ratio that must be reached; `note` what else a reader should know
 */
export function comparison({ measure, ours, peer, unit, rate = false, peerVersion, atLeast, note }) {
  return { measure, ours, peer, unit, ratio: rate ? ours / peer : peer / ours, peerVersion, atLeast, note };
}
