#define _GNU_SOURCE
#include "system.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <errno.h>
#include <sched.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

int lathe_pidfd_open(pid_t pid) { return (int)syscall(SYS_pidfd_open, pid, 0); }

int lathe_peer_pidfd(int socket) {
  struct ucred peer;
  socklen_t size = sizeof(peer);
  if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return -1;
  // A process of another namespace has no number here.
  if (peer.pid <= 0) return errno = ESRCH, -1;
  return lathe_pidfd_open(peer.pid);
}

int lathe_pipe(int ends[2]) { return pipe2(ends, O_CLOEXEC); }

int lathe_spawn(
    pid_t *pid, const char *program, char *const argv[], char *const envp[], const char *folder,
    int input, int output) {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  sigset_t none, all;
  int failure = posix_spawn_file_actions_init(&actions);
  if (failure) return failure;
  failure = posix_spawnattr_init(&attributes);
  if (failure) {
    posix_spawn_file_actions_destroy(&actions);
    return failure;
  }
  if (input < 0) {
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  } else {
    posix_spawn_file_actions_adddup2(&actions, input, 0);
  }
  if (output < 0) {
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
  } else {
    posix_spawn_file_actions_adddup2(&actions, output, 1);
    posix_spawn_file_actions_adddup2(&actions, output, 2);
  }
  posix_spawn_file_actions_addchdir_np(&actions, folder);
  posix_spawn_file_actions_addclosefrom_np(&actions, 3);
  sigemptyset(&none);
  sigfillset(&all);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &all);
  posix_spawnattr_setflags(
      &attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  failure = posix_spawn(pid, program, &actions, &attributes, argv, envp);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  return failure;
}

// posix_spawn puts nobody into a control group before glibc 2.39, and into none of version 1. The child
// shares this memory until it has become the program, and calls nothing but the system.
__attribute__((noinline)) int lathe_spawn_in(
    pid_t *pid, const char *program, char *const argv[], char *const envp[], const char *folder,
    int output, const int *doors, int count) {
  sigset_t all, before, none;
  sigfillset(&all);
  sigemptyset(&none);
  struct sigaction standard;
  memset(&standard, 0, sizeof standard);
  standard.sa_handler = SIG_DFL;
  volatile int failure = 0;
  pthread_sigmask(SIG_SETMASK, &all, &before);
  pid_t child = vfork();
  if (child == 0) {
    for (int index = 0; index < count; index++) {
      if (write(doors[index], "0", 1) != 1) {
        failure = errno ? -errno : -EIO;
        _exit(127);
      }
    }
    for (int number = 1; number < NSIG; number++) sigaction(number, &standard, NULL);
    int input = open("/dev/null", O_RDONLY);
    if (setsid() < 0 || input < 0 || dup2(input, 0) < 0 || dup2(output, 1) < 0 ||
        dup2(output, 2) < 0 || chdir(folder) != 0) {
      failure = errno;
      _exit(127);
    }
    closefrom(3);
    sigprocmask(SIG_SETMASK, &none, NULL);
    execve(program, argv, envp);
    failure = errno;
    _exit(127);
  }
  int forked = child < 0 ? errno : 0;
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  if (forked) return forked;
  if (failure) {
    while (waitpid(child, NULL, 0) < 0 && errno == EINTR) {
    }
    return failure;
  }
  *pid = child;
  return 0;
}

int lathe_signal_descriptor(void) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGHUP);
  if (sigprocmask(SIG_BLOCK, &set, NULL) != 0) return -1;
  return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

int lathe_take_signal(int descriptor) {
  struct signalfd_siginfo information;
  return read(descriptor, &information, sizeof information) == sizeof information
             ? (int)information.ssi_signo
             : 0;
}

int lathe_pidfd_signal(int pidfd, int signal) {
  return (int)syscall(SYS_pidfd_send_signal, pidfd, signal, NULL, 0);
}

void lathe_close_from(int first) { closefrom(first); }

off_t lathe_seek_data(int descriptor, off_t place) {
  return lseek(descriptor, place, SEEK_DATA);
}

int lathe_punch(int descriptor, off_t length) {
  return fallocate(descriptor, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, length);
}

void lathe_name_process(const char *name) { prctl(PR_SET_NAME, name, 0, 0, 0); }

int lathe_adopt_orphans(int adopts) { return prctl(PR_SET_CHILD_SUBREAPER, adopts, 0, 0, 0); }

pid_t lathe_ended_child(void) {
  siginfo_t information;
  information.si_pid = 0;
  while (waitid(P_ALL, 0, &information, WEXITED | WNOHANG | WNOWAIT) != 0) {
    if (errno != EINTR) return -1;
  }
  return information.si_pid;
}

void lathe_be_idle(void) {
  // Linux: both are the thread's own. The second is IOPRIO_WHO_PROCESS, IOPRIO_CLASS_BE, the last of 8:
  // the idle class could hold a lock of the file system for as long as the disk is busy.
  setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid), 19);
  syscall(SYS_ioprio_set, 1, 0, 2 << 13 | 7);
}

int lathe_bind(const int *processors, int count) {
  cpu_set_t set;
  CPU_ZERO(&set);
  for (int index = 0; index < count; index++) {
    if (processors[index] >= 0 && processors[index] < CPU_SETSIZE) CPU_SET(processors[index], &set);
  }
  return sched_setaffinity(0, sizeof set, &set);
}

int lathe_processors(int *processors, int limit) {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) != 0) return -1;
  int count = 0;
  for (int number = 0; number < CPU_SETSIZE && count < limit; number++) {
    if (CPU_ISSET(number, &set)) processors[count++] = number;
  }
  return count;
}
