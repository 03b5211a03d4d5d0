"""A program on a pseudo-terminal, and the screen that it draws, with nothing but the standard library."""

import codecs
import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time

COLUMNS, ROWS = 120, 36


class Screen:
    """What an xterm of a fixed size shows. Colours are dropped, text and positions kept."""

    def __init__(self, columns=COLUMNS, rows=ROWS):
        self.columns, self.rows = columns, rows
        self.cells = [[" "] * columns for _ in range(rows)]
        self.row = self.column = self.top = 0
        self.bottom = rows - 1
        self.saved = (0, 0)
        self.last = " "
        self.rest = ""
        self.decoder = codecs.getincrementaldecoder("utf-8")("replace")

    # One escape sequence, complete; what is cut off at the end of a read waits for the next.
    SEQUENCE = re.compile(
        r"\x1b(?:\[([0-9;?>=!]*)([ -/]*)([@-~])|\][^\x07\x1b]*(?:\x07|\x1b\\)|P[^\x1b]*\x1b\\"
        r"|[()*+#][0-9A-Za-z]|[78=>cDEHMNOZ])"
    )
    PLAIN = re.compile(r"[^\x00-\x1f\x7f]+")

    def feed(self, data):
        text = self.rest + self.decoder.decode(data)
        self.rest = ""
        at = 0
        while at < len(text):
            if text[at] == "\x1b":
                match = self.SEQUENCE.match(text, at)
                if match is None:
                    if len(text) - at < 256:
                        self.rest = text[at:]
                        return
                    at += 1
                    continue
                self.escape(match)
                at = match.end()
            elif match := self.PLAIN.match(text, at):
                for character in match.group():
                    self.put(character)
                at = match.end()
            else:
                self.control(text[at])
                at += 1

    def lines(self):
        return ["".join(row) for row in self.cells]

    def put(self, character):
        if self.column >= self.columns:
            self.column = 0
            self.line_feed()
        self.cells[self.row][self.column] = character
        self.column += 1
        self.last = character

    def control(self, character):
        if character == "\r":
            self.column = 0
        elif character in "\n\x0b\x0c":
            self.line_feed()
        elif character == "\b":
            self.column = max(0, self.column - 1)
        elif character == "\t":
            self.column = min(self.columns - 1, (self.column // 8 + 1) * 8)

    def line_feed(self):
        if self.row == self.bottom:
            self.scroll(self.top, 1)
        else:
            self.row = min(self.row + 1, self.rows - 1)

    def scroll(self, top, count):
        """Moves the lines from `top` to the region's end up; down when `count` is negative."""
        for _ in range(min(abs(count), self.rows)):
            blank = [" "] * self.columns
            if count > 0:
                del self.cells[top]
                self.cells.insert(self.bottom, blank)
            else:
                del self.cells[self.bottom]
                self.cells.insert(top, blank)

    def escape(self, match):
        parameters, _, final = match.groups()
        if final is None:
            code = match.group()[1]
            if code == "7":
                self.saved = (self.row, self.column)
            elif code == "8":
                self.row, self.column = self.saved
            elif code == "M":
                if self.row == self.top:
                    self.scroll(self.top, -1)
                else:
                    self.row = max(0, self.row - 1)
            return
        if parameters.startswith(("?", ">", "=", "!")):
            if final == "h" and "1049" in parameters:
                self.cells = [[" "] * self.columns for _ in range(self.rows)]
            return
        numbers = [int(part) if part.isdigit() else 0 for part in parameters.split(";")]
        self.sequence(final, numbers)

    def sequence(self, final, numbers):
        first = numbers[0]
        count = max(1, first)
        row = self.cells[self.row]
        column = min(self.column, self.columns - 1)
        if final in "Hf":
            second = numbers[1] if len(numbers) > 1 else 1
            self.row = min(count, self.rows) - 1
            self.column = min(max(1, second), self.columns) - 1
        elif final == "A":
            self.row = max(0, self.row - count)
        elif final in "Be":
            self.row = min(self.rows - 1, self.row + count)
        elif final in "Ca":
            self.column = min(self.columns - 1, column + count)
        elif final == "D":
            self.column = max(0, column - count)
        elif final in "G`":
            self.column = min(count, self.columns) - 1
        elif final == "d":
            self.row = min(count, self.rows) - 1
        elif final == "J":
            self.erase_display(first, column)
        elif final == "K":
            start, end = [(column, self.columns), (0, column + 1), (0, self.columns)][first % 3]
            row[start:end] = " " * (end - start)
        elif final == "X":
            end = min(self.columns, column + count)
            row[column:end] = " " * (end - column)
        elif final == "P":
            del row[column : column + count]
            row.extend(" " * (self.columns - len(row)))
        elif final == "@":
            row[column:column] = " " * count
            del row[self.columns :]
        elif final == "b":
            for _ in range(min(count, self.columns)):
                self.put(self.last)
        elif final == "L":
            self.scroll(self.row, -count)
        elif final == "M":
            self.scroll(self.row, count)
        elif final == "S":
            self.scroll(self.top, count)
        elif final == "T":
            self.scroll(self.top, -count)
        elif final == "r":
            end = numbers[1] if len(numbers) > 1 and numbers[1] else self.rows
            self.top, self.bottom = count - 1, min(end, self.rows) - 1
            self.row = self.column = 0

    def erase_display(self, which, column):
        blank = " " * self.columns
        if which == 0:
            self.cells[self.row][column:] = blank[column:]
            rows = range(self.row + 1, self.rows)
        elif which == 1:
            self.cells[self.row][: column + 1] = blank[: column + 1]
            rows = range(self.row)
        else:
            rows = range(self.rows)
        for row in rows:
            self.cells[row][:] = blank


class Program:
    """A program on a pseudo-terminal of its own; `started` is the time just before it was made."""

    def __init__(self, arguments, environment):
        self.screen = Screen()
        self.received = 0
        self.started = time.perf_counter()
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            size = struct.pack("HHHH", ROWS, COLUMNS, 0, 0)
            fcntl.ioctl(0, termios.TIOCSWINSZ, size)
            os.execve(arguments[0], arguments, environment)

    def read(self, until):
        """Feeds what came to the screen; the time it came, or None when `until` passed or it ended."""
        left = until - time.perf_counter()
        if left <= 0 or not select.select([self.terminal], [], [], left)[0]:
            return None
        try:
            data = os.read(self.terminal, 65536)
        except OSError:
            return None
        came, wall = time.perf_counter(), time.time()
        if not data:
            return None
        self.received += len(data)
        self.screen.feed(data)
        return came, wall

    def shows(self, pattern, seconds):
        """The time from the start to the read that made a line match; None when none did in time."""
        pattern = re.compile(pattern)
        until = time.perf_counter() + seconds
        while moment := self.read(until):
            if any(pattern.search(line) for line in self.screen.lines()):
                return moment[0] - self.started
        return None

    def settle(self, seconds):
        """Reads until nothing came for some seconds, at most ten times as long."""
        end = time.perf_counter() + 10 * seconds
        while time.perf_counter() < end and self.read(time.perf_counter() + seconds):
            pass

    def resize(self, columns, rows):
        """Makes the terminal another size; what it showed is to be drawn again."""
        self.screen = Screen(columns, rows)
        fcntl.ioctl(self.terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def press(self, keys):
        os.write(self.terminal, keys.encode())

    def end(self):
        os.kill(self.pid, signal.SIGHUP)
        until = time.perf_counter() + 3
        while time.perf_counter() < until:
            if os.waitpid(self.pid, os.WNOHANG)[0]:
                break
            # A program that writes its farewell to a terminal that nobody reads would wait for ever.
            self.read(time.perf_counter() + 0.02)
        else:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        os.close(self.terminal)


def not_shown(text, program):
    screen = "\n".join(line.rstrip() for line in program.screen.lines()).strip("\n")
    return f"the workbench did not show {text}:\n{screen}"
