/**
 * A program and the kernel share the host's call stack here. Before the kernel is entered, this recursion makes sure that there is
 * room for it, and for what it calls in the host: a program that has used up the stack overflows in its own name, not in the kernel's.
 *
 * To reserve much in few calls, each call has a large frame: the branch that is never taken keeps 48 values across a call, for which a
 * compiler must set stack aside. So about 64 KiB take 160 calls, and a fraction of a microsecond.
 */
const CALLS: u32 = 160;
const values = memory.data(384, 8);
let keepsValues: bool = false;

export function reserveStack(): void {
  descend(CALLS, values);
}

// prettier-ignore
function descend(calls: u32, at: usize): u32 {
  if (calls == 0) return 0;
  if (keepsValues) {
    const v0 = load<u64>(at, 0), v1 = load<u64>(at, 8), v2 = load<u64>(at, 16), v3 = load<u64>(at, 24);
    const v4 = load<u64>(at, 32), v5 = load<u64>(at, 40), v6 = load<u64>(at, 48), v7 = load<u64>(at, 56);
    const v8 = load<u64>(at, 64), v9 = load<u64>(at, 72), v10 = load<u64>(at, 80), v11 = load<u64>(at, 88);
    const v12 = load<u64>(at, 96), v13 = load<u64>(at, 104), v14 = load<u64>(at, 112), v15 = load<u64>(at, 120);
    const v16 = load<u64>(at, 128), v17 = load<u64>(at, 136), v18 = load<u64>(at, 144), v19 = load<u64>(at, 152);
    const v20 = load<u64>(at, 160), v21 = load<u64>(at, 168), v22 = load<u64>(at, 176), v23 = load<u64>(at, 184);
    const v24 = load<u64>(at, 192), v25 = load<u64>(at, 200), v26 = load<u64>(at, 208), v27 = load<u64>(at, 216);
    const v28 = load<u64>(at, 224), v29 = load<u64>(at, 232), v30 = load<u64>(at, 240), v31 = load<u64>(at, 248);
    const v32 = load<u64>(at, 256), v33 = load<u64>(at, 264), v34 = load<u64>(at, 272), v35 = load<u64>(at, 280);
    const v36 = load<u64>(at, 288), v37 = load<u64>(at, 296), v38 = load<u64>(at, 304), v39 = load<u64>(at, 312);
    const v40 = load<u64>(at, 320), v41 = load<u64>(at, 328), v42 = load<u64>(at, 336), v43 = load<u64>(at, 344);
    const v44 = load<u64>(at, 352), v45 = load<u64>(at, 360), v46 = load<u64>(at, 368), v47 = load<u64>(at, 376);
    const below = descend(calls - 1, at);
    store<u64>(at, v0, 8); store<u64>(at, v1, 16); store<u64>(at, v2, 24);
    store<u64>(at, v3, 32); store<u64>(at, v4, 40); store<u64>(at, v5, 48);
    store<u64>(at, v6, 56); store<u64>(at, v7, 64); store<u64>(at, v8, 72);
    store<u64>(at, v9, 80); store<u64>(at, v10, 88); store<u64>(at, v11, 96);
    store<u64>(at, v12, 104); store<u64>(at, v13, 112); store<u64>(at, v14, 120);
    store<u64>(at, v15, 128); store<u64>(at, v16, 136); store<u64>(at, v17, 144);
    store<u64>(at, v18, 152); store<u64>(at, v19, 160); store<u64>(at, v20, 168);
    store<u64>(at, v21, 176); store<u64>(at, v22, 184); store<u64>(at, v23, 192);
    store<u64>(at, v24, 200); store<u64>(at, v25, 208); store<u64>(at, v26, 216);
    store<u64>(at, v27, 224); store<u64>(at, v28, 232); store<u64>(at, v29, 240);
    store<u64>(at, v30, 248); store<u64>(at, v31, 256); store<u64>(at, v32, 264);
    store<u64>(at, v33, 272); store<u64>(at, v34, 280); store<u64>(at, v35, 288);
    store<u64>(at, v36, 296); store<u64>(at, v37, 304); store<u64>(at, v38, 312);
    store<u64>(at, v39, 320); store<u64>(at, v40, 328); store<u64>(at, v41, 336);
    store<u64>(at, v42, 344); store<u64>(at, v43, 352); store<u64>(at, v44, 360);
    store<u64>(at, v45, 368); store<u64>(at, v46, 376); store<u64>(at, v47, 0);
    return below;
  }
  return descend(calls - 1, at) + 1;
}

/** Never called: without it a compiler would know that the branch is never taken. */
export function keepValues(): void {
  keepsValues = true;
}
