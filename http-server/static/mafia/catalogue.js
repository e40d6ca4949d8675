import { texts } from "../site/texts.js";

/** What is the same at every table, as the rules have it: roles, phases, options. Nothing in it depends on a game. */
export const { catalogue } = texts;

const roles = new Map(catalogue.roles.map((role) => [role.name, role]));

/** The picture that stands for a role. */
export const signOf = (role) => roles.get(role)?.sign ?? "";
