// Does what a Dockerfile says, where no container engine runs: each stage is a folder, its RUN lines run in a shell in it.
// It knows as much of the language as ours uses, and fails on the rest.

import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** instructions returns what a Dockerfile says, a line each: {word, rest}. */
export async function instructions(file) {
  const text = (await readFile(file, 'utf8')).replace(/^#.*\n/gm, '').replaceAll('\\\n', ' ');
  return text.split('\n').map((l) => l.trim()).filter((l) => l !== '').map((line) => {
    const [word, ...rest] = line.split(/\s+/);
    return { word, rest: rest.join(' ') };
  });
}

/** context copies what git has of a folder, and has not ignored for images, into a folder of its own. */
export async function context(root, into) {
  const ignored = (await readFile(path.join(root, '.dockerignore'), 'utf8')).split('\n').map((l) => l.trim()).filter(Boolean);
  const matches = (name, pattern) => new RegExp(`^${pattern.replaceAll('**/', '(.*/)?').replace(/(?<!\.)\*/g, '[^/]*')}(/|$)`).test(name);
  const { stdout } = await run('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: root, maxBuffer: 1 << 26 });
  for (const name of stdout.split('\0').filter(Boolean)) {
    let out = false;
    for (const line of ignored) {
      if (line.startsWith('!')) out = matches(name, line.slice(1)) ? false : out;
      else if (matches(name, line)) out = true;
    }
    if (!out) await cp(path.join(root, name), path.join(into, name)).catch((e) => { if (e.code !== 'ENOENT') throw e; });
  }
}

/** Build does the stages of a Dockerfile below a folder. The last one is its image: {folder, env, user, command}. */
export class Build {
  stages = new Map();

  constructor(lines, source, below) {
    this.lines = lines;
    this.source = source;
    this.below = below;
  }

  async run() {
    for (const { word, rest } of this.lines) await this.#one(word, rest);
    return this.stage;
  }

  async #one(word, rest) {
    const s = this.stage;
    switch (word) {
      case 'FROM': {
        const [from, , name] = rest.split(' ');
        const folder = await mkdtemp(path.join(this.below, 'stage-'));
        this.stage = { from, folder, env: {}, cwd: folder };
        this.stages.set(name ?? 'image', this.stage);
        return;
      }
      case 'WORKDIR': s.cwd = this.#in(rest); await mkdir(s.cwd, { recursive: true }); return;
      case 'ENV': for (const pair of rest.split(/\s+/)) s.env[pair.slice(0, pair.indexOf('='))] = pair.slice(pair.indexOf('=') + 1); return;
      case 'RUN': await run('sh', ['-c', rest.replaceAll(' /out', ` ${s.folder}/out`)], { cwd: s.cwd, maxBuffer: 1 << 26 }); return;
      case 'COPY': await this.#copy(rest.split(/\s+/)); return;
      case 'USER': s.user = rest; return;
      case 'ENTRYPOINT': case 'CMD': s.command = [...(s.command ?? []), ...JSON.parse(rest)]; return;
      case 'HEALTHCHECK': s.health = JSON.parse(rest.slice(rest.indexOf('['))); return;
      case 'EXPOSE': case 'VOLUME': return;
      default: throw new Error(`${word}: not known here`);
    }
  }

  #in(name) { return name.startsWith('/') ? path.join(this.stage.folder, name) : path.join(this.stage.cwd, name); }

  async #copy(words) {
    const from = words.find((w) => w.startsWith('--from='))?.slice('--from='.length);
    const names = words.filter((w) => !w.startsWith('--'));
    const to = names.pop();
    for (const name of names) {
      // The certificates of authorities are the machine's, in an image as here.
      const stage = from && this.stages.get(from).folder;
      const system = from && name.startsWith('/etc/') ? name : undefined;
      const file = system ?? path.join(stage ?? this.source, name);
      const into = to.endsWith('/') && names.length >= 1 && path.extname(name) ? path.join(this.#in(to), path.basename(name)) : this.#in(to);
      await cp(file, into, { recursive: true, dereference: true });
    }
  }
}

/** weight returns how many bytes a folder holds. */
export async function weight(folder) {
  const { stdout } = await run('du', ['-sb', folder]);
  return Number.parseInt(stdout, 10);
}

/** remove forgets a folder, read-only ones in it too. */
export const remove = (folder) => rm(folder, { recursive: true, force: true });
