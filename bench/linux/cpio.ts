/** Files of an archive in the "newc" format, which Linux unpacks as its first root (Documentation/driver-api/early-userspace/buffer-format.rst). */
export interface ArchivedFile {
  readonly path: string;
  /** S_IFMT and permissions. */
  readonly mode: number;
  readonly contents?: Uint8Array;
  /** Of a device. */
  readonly device?: { readonly major: number; readonly minor: number };
}

const MAGIC = "070701";
const UNIT = 4;

export function writeCpio(files: readonly ArchivedFile[]): Buffer {
  const entries = files.map((file, index) => entry(file, index + 1));
  return Buffer.concat([...entries, entry({ path: "TRAILER!!!", mode: 0 }, 0)]);
}

/** Header, name with its NUL, contents; the second and third begin at multiples of 4. */
function entry({ path, mode, contents = new Uint8Array(0), device }: ArchivedFile, inode: number): Buffer {
  const name = Buffer.from(`${path}\0`);
  const owner = [0, 0];
  const links = 1;
  const time = 0;
  const onDevice = [0, 0];
  const isDevice = [device?.major ?? 0, device?.minor ?? 0];
  const checksum = 0;
  const fields = [inode, mode, ...owner, links, time, contents.length, ...onDevice, ...isDevice, name.length, checksum];
  const header = MAGIC + fields.map((field) => field.toString(16).padStart(8, "0")).join("");
  return padded(Buffer.concat([padded(Buffer.concat([Buffer.from(header), name])), contents]));
}

function padded(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc((UNIT - (bytes.length % UNIT)) % UNIT)]);
}
