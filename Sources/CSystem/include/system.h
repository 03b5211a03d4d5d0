#pragma once
// What Swift cannot call by itself: variadic system calls, and the gallery's bytes.

#include <stddef.h>

/// A descriptor that becomes readable when the process ends; -1 with errno on failure.
int lathe_pidfd_open(int pid);
