/** The members of a room, which of them are online, and the nicknames of former members. */
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

  /** Adds a member. False where the user is one already. */
  join(member) {
    this.#version += 1;
    const isNew = !this.#members.has(member.id);
    this.#members.set(member.id, { ...member });
    this.#names.set(member.id, member.nickname);
    return isNew;
  }

  /** Removes a member. False where the user is none. */
  leave(id) {
    this.#version += 1;
    return this.#members.delete(id);
  }

  /** Sets whether a member is online. False where nothing changed. */
  presence(id, online) {
    this.#version += 1;
    const member = this.#members.get(id);
    if (!member || member.online === online) return false;
    member.online = online;
    return true;
  }

  /** Gives a member a new nickname and returns the old one. */
  rename({ id, nickname }) {
    this.#version += 1;
    const old = this.#names.get(id);
    this.#names.set(id, nickname);
    const member = this.#members.get(id);
    if (member) member.nickname = nickname;
    return old;
  }

  /** The nickname of a present or former member; `undefined` for others. */
  nameOf(id) {
    return this.#names.get(id);
  }

  /** Counts all events, also those that changed nothing, since an older list may contradict them. 0 before the first. */
  get version() {
    return this.#version;
  }

  get count() {
    return this.#members.size;
  }

  get online() {
    return this.list().filter(({ online }) => online).length;
  }

  /** Online members first, then in the order of joining. */
  list() {
    return [...this.#members.values()].sort(
      (a, b) => Number(b.online) - Number(a.online) || a.joined_at - b.joined_at || (a.id < b.id ? -1 : 1),
    );
  }
}
