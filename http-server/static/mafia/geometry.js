/** Positions at the table, in percent of the scene. */

/** A little above the middle, since names are below the faces. */
const CENTRE = { x: 50, y: 46 };
const RADIUS = { x: 41, y: 32 };
/** Many players sit closer to the edge. */
const CROWD_RADIUS = { x: 43, y: 39 };
/** The number of players that counts as many. */
export const CROWD = 13;
const STEPS = 720;

/** `count` places evenly along an oval, the first one at the bottom, then clockwise: `{x, y}` each. */
export function places(count) {
  const radius = count >= CROWD ? CROWD_RADIUS : RADIUS;
  const at = (turn) => {
    const angle = Math.PI / 2 + turn * 2 * Math.PI;
    return { x: CENTRE.x + radius.x * Math.cos(angle), y: CENTRE.y + radius.y * Math.sin(angle) };
  };
  // By the distance along the oval, not by the angle: seats would overlap at its narrow ends.
  const way = [0];
  for (let step = 1; step <= STEPS; step += 1) {
    const [from, to] = [at((step - 1) / STEPS), at(step / STEPS)];
    way.push(way[step - 1] + Math.hypot(to.x - from.x, to.y - from.y));
  }
  let step = 0;
  return Array.from({ length: count }, (_, place) => {
    const wanted = (way[STEPS] * place) / count;
    while (way[step] < wanted) step += 1;
    return at(step / STEPS);
  });
}

/** Both ends of a line between two places, which stops short of the faces. */
export function shorten(from, to, gap) {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const length = Math.hypot(dx, dy) || 1;
  const cut = Math.min(gap, length / 3);
  const [ux, uy] = [(dx / length) * cut, (dy / length) * cut];
  return { from: { x: from.x + ux, y: from.y + uy }, to: { x: to.x - ux, y: to.y - uy } };
}
