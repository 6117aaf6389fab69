import { accessSync, constants, existsSync, readdirSync, realpathSync } from "node:fs";
import { basename, delimiter, dirname, join } from "node:path";

/** What stands for the folders of clang's own libraries, in a tool's names. */
const OF_CLANG = "CLANG/";

/** The programs and files outside npm that metal, the hosted build and benches need, and the Debian package that has each. */
export const NATIVE_TOOLS = {
  clang: { package: "clang", names: ["clang"], what: "compiles the C of wasm2c" },
  "ld.lld": { package: "lld", names: ["ld.lld"], what: "links the kernel and programs" },
  "lld-link": { package: "lld", names: ["lld-link"], what: "links the boot agent" },
  "qemu-system-x86_64": { package: "qemu-system-x86", names: ["qemu-system-x86_64"], what: "is the machine" },
  mformat: { package: "mtools", names: ["mformat"], what: "formats the boot partition" },
  mcopy: { package: "mtools", names: ["mcopy"], what: "fills the boot partition" },
  sfdisk: { package: "fdisk", names: ["sfdisk"], what: "partitions the boot disk" },
  "OVMF code": {
    package: "ovmf",
    what: "is the firmware",
    // Debian and Ubuntu, Fedora, Arch.
    names: [
      "/usr/share/OVMF/OVMF_CODE_4M.fd",
      "/usr/share/OVMF/OVMF_CODE.fd",
      "/usr/share/edk2/ovmf/OVMF_CODE.fd",
      "/usr/share/edk2/x64/OVMF_CODE.4m.fd",
      "/usr/share/edk2-ovmf/x64/OVMF_CODE.fd",
    ],
  },
  "OVMF variables": {
    package: "ovmf",
    what: "is the firmware's memory",
    names: [
      "/usr/share/OVMF/OVMF_VARS_4M.fd",
      "/usr/share/OVMF/OVMF_VARS.fd",
      "/usr/share/edk2/ovmf/OVMF_VARS.fd",
      "/usr/share/edk2/x64/OVMF_VARS.4m.fd",
      "/usr/share/edk2-ovmf/x64/OVMF_VARS.fd",
    ],
  },
  "sanitizers and libFuzzer": {
    package: "libclang-rt-dev",
    what: "find what is wrong in the hosted build",
    // One folder a platform in older versions, one for all in newer ones.
    names: [
      `${OF_CLANG}lib/linux/libclang_rt.fuzzer-x86_64.a`,
      `${OF_CLANG}lib/x86_64-pc-linux-gnu/libclang_rt.fuzzer.a`,
    ],
  },
  valgrind: { package: "valgrind", names: ["valgrind"], what: "counts the instructions of nitros bench frames" },
  jemalloc: {
    package: "libjemalloc2",
    what: "is a peer in nitros bench frames",
    names: ["/usr/lib/x86_64-linux-gnu/libjemalloc.so.2", "/usr/lib64/libjemalloc.so.2", "/usr/lib/libjemalloc.so.2"],
    isOptional: true,
  },
  mimalloc: {
    package: "libmimalloc2.0",
    what: "is a peer in nitros bench frames",
    names: ["/usr/lib/x86_64-linux-gnu/libmimalloc.so.2", "/usr/lib64/libmimalloc.so.2", "/usr/lib/libmimalloc.so.2"],
    isOptional: true,
  },
  Linux: {
    package: "linux-image-amd64",
    what: "is the peer in nitros bench spaces and syscalls",
    names: ["/boot/vmlinuz-*-amd64"],
    isOptional: true,
  },
} as const satisfies Record<string, NativeTool>;

interface NativeTool {
  readonly package: string;
  /**
   * What to look for: names in PATH, whole paths, of which the file's name may have an asterisk, or paths below clang's own folder. The
   * first that is there is it.
   */
  readonly names: readonly string[];
  /** In a sentence after the tool's name. */
  readonly what: string;
  /** Nothing fails without it: a number is left out. */
  readonly isOptional?: true;
}

export type NativeToolName = keyof typeof NATIVE_TOOLS;

export interface FoundTool {
  readonly name: NativeToolName;
  readonly package: string;
  readonly what: string;
  readonly isOptional: boolean;
  /** Undefined when it is not on this machine. */
  readonly path: string | undefined;
}

/** Native tools that a build or a boot needs are missing. `status` is the command's exit status (DESIGN, "The command"). */
export class ToolMissing extends Error {
  override readonly name = "ToolMissing";
  readonly status = 69;
  constructor(readonly missing: readonly FoundTool[]) {
    const named = missing.map((tool) => `${tool.name} (${tool.what})`).join(", ");
    super(`missing: ${named}\ninstall: ${installCommand(missing)}`);
  }
}

/** Every native tool, found or not. */
export function findNativeTools(): FoundTool[] {
  return (Object.keys(NATIVE_TOOLS) as NativeToolName[]).map(findNativeTool);
}

/** Everything that a boot on QEMU, or an image, needs: asked for at once, so that one command installs it all. */
export function requireMetalTools(): void {
  requireNativeTools(
    "clang",
    "ld.lld",
    "lld-link",
    "qemu-system-x86_64",
    "OVMF code",
    "OVMF variables",
    "mformat",
    "mcopy",
    "sfdisk",
  );
}

export function findNativeTool(name: NativeToolName): FoundTool {
  const tool: NativeTool = NATIVE_TOOLS[name];
  const path = tool.names.map(locate).find((found) => found !== undefined);
  return { name, package: tool.package, what: tool.what, isOptional: tool.isOptional ?? false, path };
}

/** Paths of the tools named, or one ToolMissing that names all that are not there. */
export function requireNativeTools<Name extends NativeToolName>(...names: readonly Name[]): Record<Name, string> {
  const found = names.map(findNativeTool);
  const missing = found.filter((tool) => tool.path === undefined);
  if (missing.length > 0) throw new ToolMissing(missing);
  return Object.fromEntries(found.map((tool) => [tool.name, tool.path])) as Record<Name, string>;
}

/** The one command that installs what is missing, on Debian and Ubuntu. Also what `npm test` runs when it is root. */
export function installCommand(missing: readonly FoundTool[]): string {
  const packages = [...new Set(missing.map((tool) => tool.package))].sort();
  return `apt-get update && apt-get install --yes --no-install-recommends ${packages.join(" ")}`;
}

/** The tools without which something fails, and that are not here. */
export function missingNativeTools(): FoundTool[] {
  return findNativeTools().filter((tool) => tool.path === undefined && !tool.isOptional);
}

function locate(nameOrPath: string): string | undefined {
  if (nameOrPath.startsWith(OF_CLANG)) return locateOfClang(nameOrPath.slice(OF_CLANG.length));
  if (nameOrPath.includes("*")) return locateMatching(nameOrPath);
  if (nameOrPath.startsWith("/")) return existsSync(nameOrPath) ? nameOrPath : undefined;
  const folders = (process.env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
  // Debian keeps sfdisk where an ordinary user's PATH does not look.
  return [...folders, "/usr/sbin", "/sbin"].map((folder) => join(folder, nameOrPath)).find(isExecutable);
}

/** Of several, the last by name. */
function locateMatching(path: string): string | undefined {
  const [start, end] = basename(path).split("*") as [string, string];
  if (!existsSync(dirname(path))) return undefined;
  const found = readdirSync(dirname(path)).filter((name) => name.startsWith(start) && name.endsWith(end));
  return found.length === 0 ? undefined : join(dirname(path), found.sort().at(-1)!);
}

/** In the folder of the clang that is used: another version's library does not fit it. */
function locateOfClang(path: string): string | undefined {
  const clang = locate("clang");
  if (clang === undefined) return undefined;
  const versions = join(dirname(realpathSync(clang)), "../lib/clang");
  if (!existsSync(versions)) return undefined;
  return readdirSync(versions)
    .map((version) => join(versions, version, path))
    .find((whole) => existsSync(whole));
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
