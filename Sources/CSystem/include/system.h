#pragma once
// What Swift cannot call by itself: variadic system calls and glibc's extensions.

#include <stddef.h>
#include <sys/types.h>

/// A descriptor that becomes readable when the process ends; -1 with errno on failure.
int lathe_pidfd_open(pid_t pid);

/// The same for the process that listens at the other end of a socket; -1 with errno on failure.
int lathe_peer_pidfd(int socket);

/// A pipe whose ends are closed in programs that are started; 0, or -1 with errno.
int lathe_pipe(int ends[2]);

/// Starts `program` in `folder`, in a session of its own, with default signals, `input` as standard
/// input, `output` as standard output and standard error, and no other descriptor.
///
/// A negative one means /dev/null. Returns 0, or the error number.
int lathe_spawn(
    pid_t *pid, const char *program, char *const argv[], char *const envp[], const char *folder,
    int input, int output);

/// Starts `program` as `lathe_spawn` does, with `doors` written "0" to before its first instruction: files
/// named cgroup.procs, open for writing.
///
/// Returns 0, the error number, or a negative one when a door stayed closed.
int lathe_spawn_in(
    pid_t *pid, const char *program, char *const argv[], char *const envp[], const char *folder,
    int output, const int *doors, int count);

/// Readable while one of SIGTERM, SIGINT or SIGHUP waits, which are blocked from here on in this
/// thread and those that it starts; -1 with errno on failure.
int lathe_signal_descriptor(void);

/// Takes one waiting signal; 0 when there is none.
int lathe_take_signal(int descriptor);

/// Sends a signal to the very process behind a pidfd, even if its number was given away since.
int lathe_pidfd_signal(int pidfd, int signal);

/// Closes all descriptors from `first` on.
void lathe_close_from(int first);

/// Where the first data at or behind a place of a file begin; -1 with errno, which is ENXIO where there are none.
off_t lathe_seek_data(int descriptor, off_t place);

/// Gives the space of a file's first `length` bytes back; its size stays. 0, or -1 with errno.
int lathe_punch(int descriptor, off_t length);

/// What lists of processes call this one: at most 15 bytes of a name.
void lathe_name_process(const char *name);

/// Whether processes that lose their parent and descend from this one become its children; 0, or -1
/// with errno.
int lathe_adopt_orphans(int adopts);

/// A child that has ended and is not reaped yet; 0 when none has, -1 with ECHILD without children.
pid_t lathe_ended_child(void);

/// Lets the calling thread come last to the processor and to the disk.
void lathe_be_idle(void);

/// Has this thread, and what it starts, run on some processors only; 0, or -1 with errno.
int lathe_bind(const int *processors, int count);

/// The processors that this thread may run on, at most `limit` of them; their number, or -1 with errno.
int lathe_processors(int *processors, int limit);
