#pragma once
// The part of ncursesw that the terminal door needs, as functions that Swift can call: its macros,
// variadics and global variables are not importable.
#ifndef _XOPEN_SOURCE_EXTENDED
#define _XOPEN_SOURCE_EXTENDED 1
#endif
#ifndef NCURSES_WIDECHAR
#define NCURSES_WIDECHAR 1
#endif
#include <curses.h>
#include <stdio.h>
#include <string.h>
#include <term.h>
#include <wchar.h>

/// Starts curses on standard input and output; 0 on success. Unlike initscr, it never exits.
static inline int lathe_curses_open(const char *term) {
  if (newterm(term, stdout, stdin) == NULL) return -1;
  raw();
  noecho();
  nonl();
  scrollok(stdscr, FALSE);
  leaveok(stdscr, FALSE);
  // Curses would leave a frame half drawn when a key comes, and every few lines look for one.
  typeahead(-1);
  return 0;
}

/// Whether terminfo knows the terminal: 1 it does, 0 it does not, -1 there is no terminfo at all.
static inline int lathe_curses_knows(const char *term) {
  int result = -1;
  if (setupterm(term, 1, &result) == OK) {
    del_curterm(cur_term);
    return 1;
  }
  return result;
}

/// The cells that the C library gives a character; -1 if it does not know it.
static inline int lathe_curses_width(wchar_t character) {
  extern int wcwidth(wchar_t);
  return wcwidth(character);
}

/// A string capability, empty if the terminal lacks it.
static inline const char *lathe_curses_string(const char *name) {
  const char *value = tigetstr(name);
  return value == NULL || value == (const char *)-1 ? "" : value;
}

/// Starts colours: how many there are, 0 for none; `keeps` tells whether the terminal's own
/// background can be kept.
static inline int lathe_curses_start_colors(int *keeps) {
  if (!has_colors() || start_color() == ERR) return 0;
  *keeps = use_default_colors() == OK;
  return COLORS;
}

/// Takes the terminal back after its modes were undone behind curses' back.
static inline void lathe_curses_return(void) {
  putp(lathe_curses_string("smcup"));
  fflush(stdout);
}

/// Sets the modes again that a shell may have changed meanwhile.
static inline void lathe_curses_reset(void) {
  reset_prog_mode();
  curs_set(1);
}

enum {
  LATHE_BOLD = 1,
  LATHE_UNDERLINE = 2,
  LATHE_REVERSE = 4,
  LATHE_DIM = 8,
};

/// Writes one spacing character with its marks at a cell; `text` ends in 0.
static inline void lathe_curses_put(int y, int x, const wchar_t *text, int look, int pair) {
  attr_t attributes = A_NORMAL;
  if (look & LATHE_BOLD) attributes |= A_BOLD;
  if (look & LATHE_UNDERLINE) attributes |= A_UNDERLINE;
  if (look & LATHE_REVERSE) attributes |= A_REVERSE;
  if (look & LATHE_DIM) attributes |= A_DIM;
  cchar_t cell;
  memset(&cell, 0, sizeof cell);
  if (setcchar(&cell, text, attributes, (short)pair, NULL) == ERR) return;
  // Writing into the last cell moves the cursor nowhere, which curses calls an error.
  (void)mvwadd_wch(stdscr, y, x, &cell);
}

static inline void lathe_curses_put_one(int y, int x, wchar_t character, int look, int pair) {
  const wchar_t text[2] = {character, 0};
  lathe_curses_put(y, x, text, look, pair);
}

static inline void lathe_curses_clear(void) {
  werase(stdscr);
  clearok(stdscr, TRUE);
}

/// Sends what changed; the cursor is shown at a cell, or hidden if `x` is negative.
static inline void lathe_curses_send(int y, int x) {
  curs_set(x < 0 ? 0 : 1);
  if (x >= 0) wmove(stdscr, y, x);
  /* A cursor that the terminal cannot hide disturbs least in the last corner. */
  else if (!*lathe_curses_string("civis")) wmove(stdscr, getmaxy(stdscr) - 1, getmaxx(stdscr) - 1);
  wnoutrefresh(stdscr);
  doupdate();
}

static inline void lathe_curses_resize(int height, int width) { resizeterm(height, width); }
