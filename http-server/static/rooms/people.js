/** Who is a member of a room, who of them is there, and what those were called who are gone. */
export class People {
  #members = new Map();
  #names = new Map();
  #version = 0;

  /** Begins with all members, as the server lists them. */
  reset(members) {
    this.#version += 1;
    this.#members = new Map(members.map((member) => [member.id, { ...member }]));
    members.forEach(({ id, nickname }) => this.#names.set(id, nickname));
  }

  /** Takes a person in. False where they were a member already. */
  join(member) {
    this.#version += 1;
    const isNew = !this.#members.has(member.id);
    this.#members.set(member.id, { ...member });
    this.#names.set(member.id, member.nickname);
    return isNew;
  }

  /** False where the person was no member. */
  leave(id) {
    this.#version += 1;
    return this.#members.delete(id);
  }

  /** False where nothing changed. */
  presence(id, online) {
    this.#version += 1;
    const member = this.#members.get(id);
    if (!member || member.online === online) return false;
    member.online = online;
    return true;
  }

  /** Gives a person a new nickname and returns the old one. */
  rename({ id, nickname }) {
    this.#version += 1;
    const old = this.#names.get(id);
    this.#names.set(id, nickname);
    const member = this.#members.get(id);
    if (member) member.nickname = nickname;
    return old;
  }

  /** The person's nickname, also of one who has left; `undefined` for a stranger. */
  nameOf(id) {
    return this.#names.get(id);
  }

  /** Counts everything that was heard, also what changed nothing: an older list may say otherwise. 0 while nothing was. */
  get version() {
    return this.#version;
  }

  get count() {
    return this.#members.size;
  }

  get online() {
    return this.list().filter(({ online }) => online).length;
  }

  /** Those who are there first, then in the order in which they came. */
  list() {
    return [...this.#members.values()].sort(
      (a, b) => Number(b.online) - Number(a.online) || a.joined_at - b.joined_at || (a.id < b.id ? -1 : 1),
    );
  }
}
