import { texts } from "../site/texts.js";

/** Roles, phases and options of the rules, the same for every game. */
export const { catalogue } = texts;

const roles = new Map(catalogue.roles.map((role) => [role.name, role]));

/** The emoji of a role. */
export const signOf = (role) => roles.get(role)?.sign ?? "";
