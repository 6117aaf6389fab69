/**
 * The first serial port of a PC, a 16550, and the ways to end QEMU, for the boot agent and the kernel (CONTRACT, "Leaving").
 *
 *     COM1 + 0  data; divisor, low byte      + 3  line control: bit 7 shows the divisor
 *          + 1  interrupts; divisor, high    + 4  modem control
 *          + 2  FIFO control                 + 5  line status
 */
import { halt, pause, portRead8, portWrite32, portWrite8 } from "./processor";

const COM1: u32 = 0x3f8;
const LINE_STATUS: u32 = COM1 + 5;
const ROOM: u32 = 0x20;
const ALL_SENT: u32 = 0x40;
const DEBUG_EXIT: u32 = 0xf4;
/** The port may not be there, or nobody takes what it sends. */
const PATIENCE: u32 = 1 << 20;

/** No interrupts, 115200 baud, 8 bits, no parity, 1 stop bit, FIFOs, DTR and RTS. */
export function serialOpen(): void {
  portWrite8(COM1 + 1, 0);
  portWrite8(COM1 + 3, 0x80);
  portWrite8(COM1, 1);
  portWrite8(COM1 + 1, 0);
  portWrite8(COM1 + 3, 3);
  portWrite8(COM1 + 2, 7);
  portWrite8(COM1 + 4, 3);
}

export function serialWrite(byte: u8): void {
  waitFor(ROOM);
  portWrite8(COM1, byte);
}

function waitFor(status: u32): void {
  for (let patience = PATIENCE; patience > 0 && (portRead8(LINE_STATUS) & status) == 0; patience--) pause();
}

/** Ends the machine. A PC has nothing at that port, and stays with what it has on its screen. Does not return. */
export function endMachine(status: u32): void {
  waitFor(ALL_SENT);
  portWrite32(DEBUG_EXIT, status);
  while (true) halt();
}
