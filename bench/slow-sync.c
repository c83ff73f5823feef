/* A preload that lets every fsync, fdatasync and msync of a program take SLOW_SYNC_US microseconds longer, to see on
   one machine what a slower disk costs. Build: gcc -O2 -shared -fPIC -o slow-sync.so slow-sync.c -ldl */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

static void wait_longer(void) {
  const char *given = getenv("SLOW_SYNC_US");
  long us = given == NULL ? 0 : atol(given);
  struct timespec wait = {us / 1000000, (us % 1000000) * 1000};
  if (us > 0) nanosleep(&wait, NULL);
}

int fsync(int file) {
  static int (*real)(int);
  if (real == NULL) real = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
  int result = real(file);
  wait_longer();
  return result;
}

int fdatasync(int file) {
  static int (*real)(int);
  if (real == NULL) real = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
  int result = real(file);
  wait_longer();
  return result;
}

int msync(void *address, size_t length, int flags) {
  static int (*real)(void *, size_t, int);
  if (real == NULL) real = (int (*)(void *, size_t, int))dlsym(RTLD_NEXT, "msync");
  int result = real(address, length, flags);
  if (flags & MS_SYNC) wait_longer();
  return result;
}
