/** Offsets in the firmware's tables, 64-bit layout. Section numbers are of UEFI 2.10. Memory descriptors: kernel/bootinfo/efi-memory.ts. */

/** EFI_SYSTEM_TABLE, §4.3. */
export namespace SystemTableAt {
  export const consoleOut: u64 = 64;
  export const bootServices: u64 = 96;
  export const configurationCount: u64 = 104;
  export const configurations: u64 = 112;
}

/** EFI_CONFIGURATION_TABLE, §4.6: a GUID, then a pointer. */
export namespace ConfigurationAt {
  export const guid: u64 = 0;
  export const table: u64 = 16;
}
export const CONFIGURATION_BYTES: u64 = 24;

/** EFI_BOOT_SERVICES, §4.4: a header of 24 bytes, then function pointers. */
export namespace BootServicesAt {
  export const allocatePages: u64 = 40;
  export const freePages: u64 = 48;
  export const getMemoryMap: u64 = 56;
  export const allocatePool: u64 = 64;
  export const freePool: u64 = 72;
  export const handleProtocol: u64 = 152;
  export const exitBootServices: u64 = 232;
  export const stall: u64 = 248;
  export const setWatchdogTimer: u64 = 256;
  export const locateProtocol: u64 = 320;
  export const copyMem: u64 = 352;
  export const setMem: u64 = 360;
}

/** EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL, §12.4. */
export namespace TextOutputAt {
  export const outputString: u64 = 8;
}

/** EFI_LOADED_IMAGE_PROTOCOL, §9.1. */
export namespace LoadedImageAt {
  export const deviceHandle: u64 = 24;
}

/** EFI_SIMPLE_FILE_SYSTEM_PROTOCOL, §13.4. */
export namespace FileSystemAt {
  export const openVolume: u64 = 8;
}

/** EFI_FILE_PROTOCOL, §13.5. */
export namespace FileAt {
  export const open: u64 = 8;
  export const close: u64 = 16;
  export const read: u64 = 32;
  export const getInfo: u64 = 64;
}

/** EFI_FILE_INFO, §13.5. */
export namespace FileInfoAt {
  export const fileSize: u64 = 8;
  export const attribute: u64 = 72;
}
export const FILE_MODE_READ: u64 = 1;
export const FILE_ATTRIBUTE_DIRECTORY: u64 = 0x10;

/** EFI_GRAPHICS_OUTPUT_PROTOCOL and its mode and mode information, §12.9. */
export namespace GraphicsAt {
  export const mode: u64 = 24;
}
export namespace GraphicsModeAt {
  export const info: u64 = 8;
  export const frameBufferBase: u64 = 24;
  export const frameBufferSize: u64 = 32;
}
export namespace GraphicsInfoAt {
  export const width: u64 = 4;
  export const height: u64 = 8;
  export const pixelFormat: u64 = 12;
  export const pixelsPerScanLine: u64 = 32;
}

/** EFI_ALLOCATE_TYPE, §7.2. */
export namespace AllocateType {
  export const ANY_PAGES: u64 = 0;
  export const ADDRESS: u64 = 2;
}
