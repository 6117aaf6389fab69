import type { TestRam } from "./ram.ts";

/** `bootinfo_t` as the comment in kernel/bootinfo/layout.ts draws it: offset and width by field. */
const FIELDS = {
  magic: [0, 8],
  version: [8, 4],
  size: [12, 4],
  memoryMap: [16, 8],
  memoryMapBytes: [24, 8],
  descriptorStride: [32, 4],
  descriptorVersion: [36, 4],
  kernelPhysical: [40, 8],
  kernelVirtual: [48, 8],
  kernelBytes: [56, 8],
  kernelSegments: [64, 8],
  kernelSegmentCount: [72, 4],
  moduleCount: [76, 4],
  modules: [80, 8],
  directMapVirtual: [88, 8],
  rsdp: [96, 8],
  madt: [104, 8],
  srat: [112, 8],
  slit: [120, 8],
  seed: [128, 8],
  flags: [136, 4],
  cpuLimit: [140, 4],
  loaderTables: [144, 8],
  loaderTablesBytes: [152, 8],
  framebuffer: [160, 8],
  framebufferBytes: [168, 8],
  framebufferWidth: [176, 4],
  framebufferHeight: [180, 4],
  framebufferStride: [184, 4],
  framebufferFormat: [188, 4],
  crash: [192, 4],
  failAllocation: [196, 4],
  hpet: [200, 8],
  turnMilliseconds: [208, 4],
  patienceMilliseconds: [212, 4],
} as const;

export type Bootinfo = Record<keyof typeof FIELDS, bigint>;

export function readBootinfo(ram: TestRam, at: bigint): Bootinfo {
  const entries = Object.entries(FIELDS).map(([name, [offset, width]]) => {
    const address = at + BigInt(offset);
    return [name, width === 8 ? ram.load64(address) : BigInt(ram.load32(address))];
  });
  return Object.fromEntries(entries) as Bootinfo;
}

export interface SegmentInfo {
  readonly virtual: bigint;
  readonly physical: bigint;
  readonly bytes: bigint;
  readonly rights: number;
}

export function readSegments(ram: TestRam, info: Bootinfo): SegmentInfo[] {
  return Array.from({ length: Number(info.kernelSegmentCount) }, (_, index) => {
    const at = info.kernelSegments + BigInt(index) * 32n;
    const [virtual, physical, bytes] = [0n, 8n, 16n].map((offset) => ram.load64(at + offset)) as [
      bigint,
      bigint,
      bigint,
    ];
    return { virtual, physical, bytes, rights: ram.load32(at + 24n) };
  });
}

export interface ModuleInfo {
  readonly physical: bigint;
  readonly bytes: bigint;
  readonly name: string;
}

export function readModules(ram: TestRam, info: Bootinfo): ModuleInfo[] {
  return Array.from({ length: Number(info.moduleCount) }, (_, index) => {
    const at = info.modules + BigInt(index) * 64n;
    const name = new TextDecoder().decode(ram.bytes(at + 16n, 48));
    return { physical: ram.load64(at), bytes: ram.load64(at + 8n), name: name.replace(/\0+$/, "") };
  });
}

export interface DescriptorInfo {
  readonly type: number;
  readonly physicalStart: bigint;
  readonly pageCount: bigint;
  readonly attribute: bigint;
}

export function readMemoryMap(ram: TestRam, info: Bootinfo): DescriptorInfo[] {
  const count = Number(info.memoryMapBytes / info.descriptorStride);
  return Array.from({ length: count }, (_, index) => {
    const at = info.memoryMap + BigInt(index) * info.descriptorStride;
    const [physicalStart, pageCount, attribute] = [8n, 24n, 32n].map((offset) => ram.load64(at + offset)) as [
      bigint,
      bigint,
      bigint,
    ];
    return { type: ram.load32(at), physicalStart, pageCount, attribute };
  });
}
