/**
 * AssemblyScript's number types, for the parts of the kernel that Node reads as plain TypeScript: files that hold only constants
 * (records, layouts, numbers of calls). All of those fit a JavaScript number, or are not used by the host.
 */
type i8 = number;
type i16 = number;
type i32 = number;
type i64 = number;
type u8 = number;
type u16 = number;
type u32 = number;
type u64 = number;
type isize = number;
type usize = number;
type bool = boolean;
