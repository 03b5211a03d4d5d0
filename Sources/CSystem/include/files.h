#pragma once
// Whole files and file systems: what the object store needs beyond read and write.

#include <stdint.h>
#include <sys/types.h>

/// Makes an empty file share another one's blocks (FICLONE); 0, or -1 with errno where it cannot.
int lathe_clone(int source, int target);

/// Copies up to `length` bytes inside the kernel, from both descriptors' places: the bytes copied, 0
/// at the end, -1 with errno.
ssize_t lathe_copy_range(int source, int target, size_t length);

/// The number that tells the kind of file system that a path lies on (statfs's f_type); -1 with errno.
int64_t lathe_file_system(const char *path);

/// A file in a folder that has no name yet (O_TMPFILE), open for reading and writing; -1 with errno where the file
/// system knows none.
int lathe_open_unnamed(const char *folder);

/// Brings everything that was written to the file system of a descriptor onto its disk; 0, or -1
/// with errno.
int lathe_sync_file_system(int descriptor);
