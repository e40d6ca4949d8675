/** A label that no other seat has: the name, and behind it the seat's number where another seat has the same name. */
export function labelOf({ seat, name }, seats) {
  const shared = seats.some((other) => other.seat !== seat && other.name === name);
  return shared ? `${name} (${seat + 1})` : name;
}
