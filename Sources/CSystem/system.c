#define _GNU_SOURCE
#include "system.h"

#include <sys/syscall.h>
#include <unistd.h>

int lathe_pidfd_open(int pid) { return (int)syscall(SYS_pidfd_open, pid, 0); }
