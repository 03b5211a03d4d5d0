#define _GNU_SOURCE
#include "terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/timerfd.h>
#include <termios.h>
#include <unistd.h>

static struct termios modes;
static volatile sig_atomic_t modes_known;
static char undo[512];
static volatile sig_atomic_t undo_length;
static volatile sig_atomic_t lent_out, undone;
static pid_t owner;
static int events = -1, notes[2] = {-1, -1}, timers[2] = {-1, -1};

static const int deadly[] = {SIGHUP, SIGINT, SIGQUIT, SIGILL, SIGTRAP, SIGABRT, SIGBUS,
                             SIGFPE, SIGSEGV, SIGTERM, SIGSYS, SIGXCPU};
enum { DEADLY = sizeof deadly / sizeof *deadly };
static struct sigaction before[DEADLY], before_stop, before_continue, before_resize;

void lathe_terminal_write(const char *bytes, size_t length) {
  while (length > 0) {
    ssize_t n = write(STDOUT_FILENO, bytes, length);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno == EAGAIN) {
      struct pollfd ready = {.fd = STDOUT_FILENO, .events = POLLOUT};
      if (poll(&ready, 1, 1000) > 0) continue;
      return;
    }
    if (n <= 0) return;
    bytes += n;
    length -= (size_t)n;
  }
}

// All that follows up to `install` runs inside handlers: only async-signal-safe calls.

static void restore(void) {
  if (getpid() != owner || lent_out) return;
  lathe_terminal_write(undo, (size_t)undo_length);
  if (modes_known) tcsetattr(STDIN_FILENO, TCSANOW, &modes);
}

static void unblock_and_raise(int signal) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, signal);
  pthread_sigmask(SIG_UNBLOCK, &set, NULL);
  raise(signal);
}

static void on_deadly(int signal) {
  int saved = errno;
  // Ctrl-C in a program that has borrowed the terminal is not for this one.
  if (lent_out && (signal == SIGINT || signal == SIGQUIT)) {
    errno = saved;
    return;
  }
  restore();
  for (int i = 0; i < DEADLY; i++)
    if (deadly[i] == signal) sigaction(signal, &before[i], NULL);
  unblock_and_raise(signal);
  errno = saved;
}

static void note(char what) {
  if (getpid() == owner) (void)!write(notes[1], &what, 1);
}

static void on_resize(int signal) {
  (void)signal;
  int saved = errno;
  note('w');
  errno = saved;
}

static void on_continue(int signal) {
  (void)signal;
  int saved = errno;
  if (!lent_out) note('c');
  errno = saved;
}

static void on_stop(int signal) {
  int saved = errno;
  if (!lent_out) {
    restore();
    undone = 1;
    struct sigaction usual, mine;
    memset(&usual, 0, sizeof usual);
    usual.sa_handler = SIG_DFL;
    sigaction(signal, &usual, &mine);
    unblock_and_raise(signal);
    sigaction(signal, &mine, NULL);
    note('c');
  }
  errno = saved;
}

static void install(int signal, void (*handler)(int), int flags, struct sigaction *old) {
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_handler = handler;
  action.sa_flags = flags;
  sigemptyset(&action.sa_mask);
  sigaction(signal, &action, old);
}

int lathe_terminal_remember(void) {
  if (tcgetattr(STDIN_FILENO, &modes) < 0) return -1;
  modes_known = 1;
  return 0;
}

static int watch(int descriptor) {
  struct epoll_event event = {.events = EPOLLIN, .data.fd = descriptor};
  return epoll_ctl(events, EPOLL_CTL_ADD, descriptor, &event);
}

static void close_all(void) {
  int *all[] = {&events, &notes[0], &notes[1], &timers[0], &timers[1]};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
    if (*all[i] >= 0) close(*all[i]);
    *all[i] = -1;
  }
}

// What a frame takes is some hundred kilobytes, taken and given back again and again: it stays with the
// process, or each frame would find each of its pages anew.
static void keep_memory(void) {
  // Set at all it no longer grows by itself: a frame of a very large screen has several megabytes.
  mallopt(M_MMAP_THRESHOLD, 16 << 20);
  mallopt(M_TRIM_THRESHOLD, 16 << 20);
}

int lathe_terminal_begin(const char *bytes, size_t length) {
  keep_memory();
  owner = getpid();
  if (length > sizeof undo) length = sizeof undo;
  memcpy(undo, bytes, length);
  undo_length = (sig_atomic_t)length;
  events = epoll_create1(EPOLL_CLOEXEC);
  timers[0] = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
  timers[1] = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
  if (events < 0 || timers[0] < 0 || timers[1] < 0 || pipe2(notes, O_CLOEXEC | O_NONBLOCK) < 0 ||
      watch(STDIN_FILENO) < 0 || watch(notes[0]) < 0 || watch(timers[0]) < 0 ||
      watch(timers[1]) < 0) {
    int error = errno;
    close_all();
    errno = error;
    return -1;
  }
  // A stack overflow needs another stack to tell of it.
  static char stack[65536];
  stack_t other = {.ss_sp = stack, .ss_size = sizeof stack};
  sigaltstack(&other, NULL);
  for (int i = 0; i < DEADLY; i++) install(deadly[i], on_deadly, SA_ONSTACK, &before[i]);
  // What was ignored (SIGHUP under nohup) stays ignored.
  for (int i = 0; i < DEADLY; i++)
    if (before[i].sa_handler == SIG_IGN) sigaction(deadly[i], &before[i], NULL);
  install(SIGTSTP, on_stop, SA_RESTART, &before_stop);
  install(SIGCONT, on_continue, SA_RESTART, &before_continue);
  install(SIGWINCH, on_resize, SA_RESTART, &before_resize);
  return 0;
}

int lathe_terminal_descriptor(void) { return events; }

int lathe_terminal_look(void) {
  struct epoll_event ready[8];
  int seen = 0;
  int n = epoll_wait(events, ready, 8, 0);
  for (int i = 0; i < n; i++) {
    int descriptor = ready[i].data.fd;
    if (descriptor == STDIN_FILENO) {
      seen |= LATHE_TERMINAL_INPUT;
      if (!(ready[i].events & EPOLLIN)) seen |= LATHE_TERMINAL_GONE;
    } else if (descriptor == notes[0]) {
      char read_notes[64];
      ssize_t count;
      while ((count = read(notes[0], read_notes, sizeof read_notes)) > 0)
        for (ssize_t k = 0; k < count; k++)
          seen |= read_notes[k] == 'w' ? LATHE_TERMINAL_RESIZED : LATHE_TERMINAL_RESUMED;
    } else {
      unsigned long long ended;
      (void)!read(descriptor, &ended, sizeof ended);
      seen |= descriptor == timers[LATHE_TIMER_ESCAPE] ? LATHE_TERMINAL_ESCAPE
                                                       : LATHE_TERMINAL_SETTLED;
    }
  }
  return seen;
}

long lathe_terminal_read(unsigned char *bytes, size_t most) {
  // Standard input is shared with the shell that started this: it is not made non-blocking.
  struct pollfd ready = {.fd = STDIN_FILENO, .events = POLLIN};
  if (poll(&ready, 1, 0) <= 0) return 0;
  if (ready.revents & POLLNVAL) return -1;
  ssize_t n = read(STDIN_FILENO, bytes, most);
  if (n > 0) return n;
  return n < 0 && (errno == EINTR || errno == EAGAIN) ? 0 : -1;
}

void lathe_terminal_arm(int timer, int milliseconds) {
  struct itimerspec when;
  memset(&when, 0, sizeof when);
  when.it_value.tv_sec = milliseconds / 1000;
  when.it_value.tv_nsec = (long)(milliseconds % 1000) * 1000000;
  timerfd_settime(timers[timer], 0, &when, NULL);
}

void lathe_terminal_forget_input(void) { epoll_ctl(events, EPOLL_CTL_DEL, STDIN_FILENO, NULL); }

void lathe_terminal_lend(int lent) { lent_out = lent; }

int lathe_terminal_take_undone(void) {
  int was = undone;
  undone = 0;
  return was;
}

int lathe_terminal_size(int *width, int *height) {
  struct winsize size;
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) < 0 || size.ws_col == 0 || size.ws_row == 0)
    return -1;
  *width = size.ws_col;
  *height = size.ws_row;
  return 0;
}

void lathe_terminal_end(void) {
  if (owner == 0) return;
  sigaction(SIGTSTP, &before_stop, NULL);
  sigaction(SIGCONT, &before_continue, NULL);
  sigaction(SIGWINCH, &before_resize, NULL);
  for (int i = 0; i < DEADLY; i++) sigaction(deadly[i], &before[i], NULL);
  undo_length = 0;
  owner = 0;
  close_all();
}
