import { accessSync, constants, existsSync } from "node:fs";
import { delimiter, join } from "node:path";

/** The programs and files outside npm that metal needs, and the Debian package that has each. */
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
} as const satisfies Record<string, NativeTool>;

interface NativeTool {
  readonly package: string;
  /** What to look for: names in PATH, or whole paths. The first that is there is it. */
  readonly names: readonly string[];
  /** In a sentence after the tool's name. */
  readonly what: string;
}

export type NativeToolName = keyof typeof NATIVE_TOOLS;

export interface FoundTool {
  readonly name: NativeToolName;
  readonly package: string;
  readonly what: string;
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

export function findNativeTool(name: NativeToolName): FoundTool {
  const tool: NativeTool = NATIVE_TOOLS[name];
  const path = tool.names.map(locate).find((found) => found !== undefined);
  return { name, package: tool.package, what: tool.what, path };
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
  return `apt-get install --yes --no-install-recommends ${packages.join(" ")}`;
}

function locate(nameOrPath: string): string | undefined {
  if (nameOrPath.startsWith("/")) return existsSync(nameOrPath) ? nameOrPath : undefined;
  const folders = (process.env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
  // Debian keeps sfdisk where an ordinary user's PATH does not look.
  return [...folders, "/usr/sbin", "/sbin"].map((folder) => join(folder, nameOrPath)).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
