import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);

/** The folder of the package. */
export const PACKAGE = fileURLToPath(new URL("../..", import.meta.url));
const MODULES = join(PACKAGE, "node_modules");

/** The code block of the README with this word behind its language. */
export async function example(word) {
  const readme = await readFile(join(PACKAGE, "README.md"), "utf8");
  const block = new RegExp(`^\`\`\`[a-z]+ ${word}\\n([^]*?)^\`\`\`$`, "m").exec(readme);
  if (!block) throw new Error(`README.md has no example ${word}`);
  return block[1];
}

/** An empty project of a team, into which the package is installed as npm packs it. */
export class Project {
  #dir;
  /** The paths in the package. */
  files;

  static async make() {
    const project = new Project();
    project.#dir = await mkdtemp(join(tmpdir(), "catamaran-client-"));
    const packed = await run("npm", ["pack", "--json", "--pack-destination", project.#dir], { cwd: PACKAGE });
    const [{ filename, files }] = Object.values(JSON.parse(packed.stdout));
    project.files = files.map(({ path }) => path).toSorted();
    await project.write("package.json", '{"name":"empty","private":true,"type":"module"}');
    // `ws` comes from this folder: the tests need no registry.
    const install = ["install", "--offline", "--no-audit", "--no-fund", join(project.#dir, filename), join(MODULES, "ws")];
    await run("npm", install, { cwd: project.#dir });
    return project;
  }

  path(name) {
    return join(this.#dir, name);
  }

  write(name, text) {
    return writeFile(this.path(name), text);
  }

  /** Runs a script to its end and returns its output. */
  async node(name, env) {
    const { stdout } = await run(process.execPath, [this.path(name)], { cwd: this.#dir, env: { ...process.env, ...env }, timeout: 60_000 });
    return stdout;
  }

  /** The complaints of the TypeScript compiler about a file. */
  async compile(name, ...options) {
    const tsc = spawn(join(MODULES, ".bin", "tsc"), ["--noEmit", "--strict", "--target", "es2022", ...options, name], { cwd: this.#dir });
    let output = "";
    tsc.stdout.setEncoding("utf8").on("data", (text) => (output += text));
    await once(tsc, "close");
    return output;
  }

  remove() {
    return rm(this.#dir, { recursive: true, force: true });
  }
}
