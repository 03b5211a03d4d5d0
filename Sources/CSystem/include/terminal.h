#pragma once
// What must happen to a terminal inside signal handlers, and the descriptor that the terminal's door
// sleeps on. There is one terminal in a process, and so one state here.

#include <stddef.h>

enum {
  LATHE_TERMINAL_INPUT = 1,   ///< standard input has bytes
  LATHE_TERMINAL_RESIZED = 2, ///< the window's size changed
  LATHE_TERMINAL_RESUMED = 4, ///< the process was stopped and continues
  LATHE_TERMINAL_ESCAPE = 8,  ///< the timer for a lone ESC ended
  LATHE_TERMINAL_SETTLED = 16, ///< the timer for resizes ended
  LATHE_TERMINAL_GONE = 32,   ///< standard input is closed
};

enum { LATHE_TIMER_ESCAPE = 0, LATHE_TIMER_RESIZE = 1 };

/// Remembers the terminal's modes; before anything changes them. 0, or -1 with errno.
int lathe_terminal_remember(void);

/// Opens the descriptor and installs the handlers; `undo` is written to the terminal before the
/// process ends by a signal or stops. 0, or -1 with errno.
int lathe_terminal_begin(const char *undo, size_t length);

/// Readable when `lathe_terminal_look` would return something.
int lathe_terminal_descriptor(void);

/// What has happened, as LATHE_TERMINAL_ bits; never waits.
int lathe_terminal_look(void);

/// Reads standard input without waiting: the bytes read, 0 for none, -1 when it is gone.
long lathe_terminal_read(unsigned char *bytes, size_t most);

/// Starts a timer, or stops it with 0 milliseconds.
void lathe_terminal_arm(int timer, int milliseconds);

/// No longer waits for standard input, which would be readable for ever.
void lathe_terminal_forget_input(void);

/// While another program has the terminal, its keys' signals do not end this process.
void lathe_terminal_lend(int lent);

/// Whether the modes were undone for a stop, so that they must be set before anything is written;
/// says so once.
int lathe_terminal_take_undone(void);

/// The window's size from the kernel; 0, or -1 if it does not tell.
int lathe_terminal_size(int *width, int *height);

/// Writes all bytes to standard output.
void lathe_terminal_write(const char *bytes, size_t length);

/// Puts the earlier handlers back, once the terminal's modes were undone.
void lathe_terminal_end(void);
