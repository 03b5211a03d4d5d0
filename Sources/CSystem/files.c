#define _GNU_SOURCE
#include "files.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <sys/vfs.h>
#include <unistd.h>

int lathe_clone(int source, int target) { return ioctl(target, FICLONE, source); }

ssize_t lathe_copy_range(int source, int target, size_t length) {
  ssize_t count = copy_file_range(source, NULL, target, NULL, length, 0);
  if (count >= 0) return count;
  // Other file systems, older kernels, and files of no true size are copied by another call.
  if (errno == EXDEV || errno == ENOSYS || errno == EINVAL || errno == EOPNOTSUPP)
    return sendfile(target, source, NULL, length);
  return -1;
}

int64_t lathe_file_system(const char *path) {
  struct statfs facts;
  return statfs(path, &facts) == 0 ? (int64_t)(uint32_t)facts.f_type : -1;
}

int lathe_open_unnamed(const char *folder) { return open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600); }

int lathe_sync_file_system(int descriptor) { return syncfs(descriptor); }
