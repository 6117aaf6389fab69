/*
 * The hosted build: CPUs are threads, RAM lies in a block of addresses that fault where none is declared. tools/build/hosted.ts gives
 * the C library's headers. Command: [FUNCTION CPUS ARGUMENT]... calls function(cpu, argument) on so many pinned threads at once, and
 * prints "FUNCTION CPU RESULT" for each. Clock: nanoseconds of the thread's own CPU time.
 */
#include "../wasm-rt.h"
#include "../physical.h"

static uint32_t cpu_locals[64];
static _Thread_local uint32_t cpu_index, cpu_local;
IMPORT(uint32_t, cpu, cpuIndex) { return cpu_index; }
IMPORT(uint32_t, local, cpuLocal) { return cpu_local; }
IMPORT(void, local, setCpuLocal, uint32_t cpu, uint32_t at) { cpu_locals[cpu] = at, cpu_local = cpu_locals[cpu_index]; }
IMPORT(void, processor, pause) { __builtin_ia32_pause(); }
IMPORT(uint64_t, processor, clock) {
  struct timespec time;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return time.tv_sec * 1000000000ull + time.tv_nsec;
}
IMPORT(void, memory, framesZero, uint64_t at, uint64_t count) { ZERO_BY(zero_frames, physical(at), count); }
IMPORT(void, memory, framesZeroStreaming, uint64_t at, uint64_t count) { ZERO_BY(zero_frames_streaming, physical(at), count); }
IMPORT(void, process, consoleWrite, uint32_t from, uint32_t length) { fwrite(linear_memory + from, 1, length, stderr); }
IMPORT(void, process, exit, uint32_t status) { exit(status); }
IMPORT(void, host, becomeCpu, uint32_t index) { cpu_index = index, cpu_local = cpu_locals[index]; }
IMPORT(uint64_t, host, allocate, uint64_t bytes) { return (uintptr_t)(bytes < 4096 ? malloc(bytes) : aligned_alloc(bytes, bytes)); }
IMPORT(void, host, release, uint64_t at) { free((void*)at); }
IMPORT(uint32_t, host, ramDeclare, uint64_t at, uint64_t bytes) { return !mprotect(physical(at), bytes, PROT_READ | PROT_WRITE); }
#include WASM_C

static uint64_t (*function)(w2c_frames*, uint32_t cpu, uint64_t argument), argument;
static const char* name;

__attribute__((constructor)) static void start(void) { /* where there is no block, no RAM can be declared */
  direct_map = (uintptr_t)mmap(0, 1ull << 34, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  WASM_INSTANTIATE(&the_instance);
}
static void* run(void* index) {
  w2c_host_becomeCpu(0, (uintptr_t)index);
  pthread_setaffinity_np(pthread_self(), sizeof(cpu_set_t), &(cpu_set_t){{1ul << cpu_index}});
  printf("%s %u %lu\n", name, cpu_index, function(&the_instance, cpu_index, argument));
  return 0;
}
int main(int count, char** words) {
  for (; count > 3; count -= 3, words += 3) {
    pthread_t cpus[64];
    uint64_t used = strtoull(words[2], 0, 0);
    name = words[1], argument = strtoull(words[3], 0, 0);
    *(void**)&function = dlsym(0, name);
    if (!function) return 64;
    for (uint64_t i = 0; i < used; i++) pthread_create(&cpus[i], 0, run, (void*)i);
    for (uint64_t i = 0; i < used; i++) pthread_join(cpus[i], 0);
  }
  return 0;
}
int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t length) {
  memcpy(linear_memory + w2c_frames_fuzzRoom(&the_instance, length), bytes, length);
  w2c_frames_fuzz(&the_instance, 0, length);
  return 0;
}
