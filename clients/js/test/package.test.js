import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import { Account } from "./support/account.js";
import { Site } from "../../../e2e/browser/support/site.js";
import * as client from "../src/index.js";
import { example, PACKAGE, Project } from "./support/project.js";

describe("the package as npm packs it", () => {
  let project;
  before(async () => (project = await Project.make()));
  after(() => project?.remove());

  test("holds the modules, their types, the README and both licences, and nothing else", async () => {
    const sources = (await readdir(join(PACKAGE, "src"))).map((name) => `src/${name}`);
    assert.ok(sources.includes("src/index.d.ts"));
    assert.deepEqual(project.files, ["LICENSE-APACHE", "LICENSE-MIT", "README.md", "package.json", ...sources].toSorted());
    for (const licence of ["LICENSE-APACHE", "LICENSE-MIT"]) {
      const [own, root] = await Promise.all(["", "../../"].map((folder) => readFile(join(PACKAGE, folder, licence), "utf8")));
      assert.equal(own, root, licence);
    }
  });

  test("has no dependency, and runs nothing when it is installed", async () => {
    const manifest = JSON.parse(await readFile(project.path("node_modules/catamaran-client/package.json"), "utf8"));
    for (const key of ["dependencies", "peerDependencies", "optionalDependencies"]) assert.equal(manifest[key], undefined, key);
    assert.deepEqual(Object.keys(manifest.scripts), ["test"]);
  });

  test("the README's example for Node talks in a room of a real site", async () => {
    const site = await Site.start("one process");
    try {
      const account = await Account.open(site, "Nia");
      const { code } = await account.call("POST", "/rooms", { name: "From Node" });
      await project.write("node.js", await example("node"));
      const output = await project.node("node.js", { COOKIE: account.cookie, ORIGIN: site.origin, ROOM_URL: `${site.origin.replace("http", "ws")}/ws/rooms/${code}/` });
      assert.equal(output, "Nia: Hello from Node\n");
    } finally {
      await site.stop();
    }
  });

  test("the README's typed example compiles, with and without a bundler", async () => {
    await project.write("types.ts", await example("types"));
    assert.equal(await project.compile("types.ts", "--module", "nodenext", "--moduleResolution", "nodenext"), "");
    assert.equal(await project.compile("types.ts", "--module", "preserve", "--moduleResolution", "bundler"), "");
  });

  test("the types refuse frames that neither side sends, and options that do not exist", async () => {
    await project.write("wrong.ts", `
      import { Connection, followPage } from "catamaran-client";
      type In = { type: "a"; n: number } | { type: "b"; text: string };
      const connection = new Connection<In, { type: "c" }>({ url: "ws://x/", frames: { a: ({ n }) => n.toFixed(), b: ({ text }) => text.trim() } });
      // @ts-expect-error: the server sends no such frame
      connection.on("d", () => {});
      // @ts-expect-error: frame "a" has no text
      connection.on("a", ({ text }) => text);
      // @ts-expect-error: the client sends no such frame
      connection.send({ type: "a" });
      connection.send({ type: "c" });
      connection.send(new Uint8Array(4));
      connection.subscribe((state) => {
        // @ts-expect-error: only a waiting connection has a time
        state.until;
        if (state.name === "waiting") state.until.toFixed();
        if (state.name === "ended") state.reason.trim();
      });
      // @ts-expect-error: there is no such option
      new Connection({ url: "ws://x/", retries: 3 });
      // @ts-expect-error: the address is missing
      new Connection({});
      const end: () => void = followPage(connection, { onReturn() {}, reachable: async () => true });
    `);
    assert.equal(await project.compile("wrong.ts", "--module", "nodenext"), "");
  });

  test("the types name what the modules have", async () => {
    const types = await readFile(join(PACKAGE, "src/index.d.ts"), "utf8");
    const named = [...types.matchAll(/^export (?:class|function|const) (\w+)/gm)].map(([, name]) => name);
    assert.deepEqual(named.toSorted(), Object.keys(client).toSorted());
    const [, body] = /^export class Connection<[^]*?\{\n([^]*?)^\}/m.exec(types);
    const members = [...body.matchAll(/^ {2}(?:readonly )?(\w+)[(<:]/gm)].map(([, name]) => name);
    assert.deepEqual(members.toSorted(), Object.getOwnPropertyNames(client.Connection.prototype).toSorted());
  });
});
