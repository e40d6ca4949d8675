/** A unique label of a seat: the name, followed by the seat's number where another seat has the same name. */
export function labelOf({ seat, name }, seats) {
  const shared = seats.some((other) => other.seat !== seat && other.name === name);
  return shared ? `${name} (${seat + 1})` : name;
}
