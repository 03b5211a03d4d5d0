import Foundation
import Glibc

/// The workbench in a terminal of its own: tmux on a private socket.
///
/// A class, because it is one terminal from start to end. The program is started from a shell that
/// writes down the terminal's modes before and after, and the exit code.
final class TmuxTerminal {
  private let site: Site
  private let folder: String
  private(set) var columns: Int
  private(set) var rows: Int

  /// Starts `lathe` in a terminal of this size; an empty value takes a variable out.
  init(
    _ site: Site,
    _ columns: Int = 120,
    _ rows: Int = 36,
    setting: [String: String] = [:],
    arguments: [String] = []
  ) throws {
    (self.site, self.columns, self.rows) = (site, columns, rows)
    folder = site.folder + "/terminal-\(UUID().uuidString.prefix(8))"
    try site.write(TmuxTerminal.settings, to: folder + "/tmux.conf")
    try site.write(TmuxTerminal.shell, to: folder + "/shell")
    let removed = setting.filter { $0.value.isEmpty }.flatMap { ["-u", $0.key] }
    let set = setting.filter { !$0.value.isEmpty }.map { "\($0.key)=\($0.value)" }
    try tmux(
      [
        "-f", folder + "/tmux.conf", "new-session", "-d", "-s", "s", "-x", "\(columns)", "-y",
        "\(rows)", "/bin/sh", folder + "/shell", folder, "env",
      ] + removed + set + [Site.lathe] + arguments
    )
  }

  deinit { _ = try? tmux(["kill-server"]) }

  private static let settings = """
    set -g default-terminal tmux-256color
    set -g status off
    set -sg escape-time 0
    """

  private static let shell = #"""
    folder=$1; shift
    stty -g >"$folder/before"
    sh -c 'echo $$ >"$0/id"; exec "$@"' "$folder" "$@"
    status=$?
    stty -g >"$folder/after"
    echo $status >"$folder/status.new"; mv "$folder/status.new" "$folder/status"
    exec cat
    """#

  @discardableResult
  private func tmux(_ arguments: [String]) throws -> String {
    let result = try site.run(["tmux", "-S", folder + "/s"] + arguments, within: 20)
    guard result.code == 0 else { throw Failure("tmux \(arguments): \(result.errors)") }
    return result.output
  }

  // MARK: Acting

  /// Types text, any Unicode.
  func type(_ text: String) throws { try tmux(["send-keys", "-t", "s", "-l", "--", text]) }

  /// Presses keys by tmux's names: `Enter`, `C-s`, `Down`, `n`.
  func key(_ names: String...) throws { try tmux(["send-keys", "-t", "s"] + names) }

  /// A left click on the cell in this column and row, counted from 1.
  func click(_ column: Int, _ row: Int) throws {
    try send("\u{1B}[<0;\(column);\(row)M\u{1B}[<0;\(column);\(row)m")
  }

  /// Clicks the first place where the text stands.
  func click(on text: String) throws {
    for (row, line) in try screen().split(separator: "\n", omittingEmptySubsequences: false)
      .enumerated()
    {
      // Every character left of what is clicked in these screens takes one cell.
      guard let range = line.range(of: text) else { continue }
      return try click(line.distance(from: line.startIndex, to: range.lowerBound) + 1, row + 1)
    }
    throw Failure("nothing to click: \(text)\n\(try screen())")
  }

  /// A bracketed paste.
  func paste(_ text: String) throws { try send("\u{1B}[200~\(text)\u{1B}[201~") }

  private func send(_ bytes: String) throws {
    try tmux(["send-keys", "-t", "s", "-H"] + bytes.utf8.map { String($0, radix: 16) })
  }

  func resize(_ columns: Int, _ rows: Int) throws {
    (self.columns, self.rows) = (columns, rows)
    try tmux(["resize-window", "-t", "s", "-x", "\(columns)", "-y", "\(rows)"])
  }

  /// The workbench's process.
  var process: pid_t? {
    site.read(folder + "/id").flatMap { pid_t($0.trimmingCharacters(in: .whitespacesAndNewlines)) }
  }

  // MARK: Looking

  /// What is on the screen now, a line a row.
  func screen() throws -> String { try tmux(["capture-pane", "-p", "-t", "s"]) }

  /// The screen, once it pleases; throws with the last one when it does not in time.
  @discardableResult
  func wait(
    _ what: String,
    within seconds: Double = 30,
    until pleases: (String) -> Bool
  ) throws -> String {
    var last = ""
    let found: String? = try awaited(within: seconds) {
      last = try screen()
      return pleases(last) ? last : nil
    }
    guard let found else { throw Failure("not on the screen in \(seconds) s: \(what)\n\(last)") }
    return found
  }

  /// The screen, once all of these texts are on it.
  @discardableResult
  func wait(for texts: String..., within seconds: Double = 30) throws -> String {
    try wait(texts.joined(separator: " & "), within: seconds) { screen in
      texts.allSatisfy(screen.contains)
    }
  }

  /// The screen, once the text is no longer on it.
  @discardableResult
  func wait(forNo text: String, within seconds: Double = 30) throws -> String {
    try wait("no " + text, within: seconds) { !$0.contains(text) }
  }

  // MARK: The end

  /// Whether the program has ended.
  var isOver: Bool { site.read(folder + "/status") != nil }

  /// The program's exit code, once it has ended.
  func exitCode(within seconds: Double = 20) throws -> Int32 {
    let text = awaited(within: seconds) { site.read(folder + "/status") }
    guard let text, let code = Int32(text.trimmingCharacters(in: .whitespacesAndNewlines)) else {
      throw Failure("it has not ended in \(seconds) s:\n\(try screen())")
    }
    return code
  }

  /// What of the terminal is not as it was before; empty when all of it is.
  ///
  /// To be asked after the end.
  func leftBehind() throws -> [String] {
    var left: [String] = []
    let (before, after) = (site.read(folder + "/before"), site.read(folder + "/after"))
    if before == nil || before != after { left.append("stty") }
    let flags = [
      "mouse_any_flag", "mouse_sgr_flag", "mouse_button_flag", "alternate_on",
      "keypad_cursor_flag",
    ]
    let format = flags.map { "#{\($0)}" }.joined(separator: " ")
    let values = try tmux(["display-message", "-p", "-t", "s", format + " #{cursor_flag}"])
      .split(whereSeparator: \.isWhitespace)
    for (flag, value) in zip(flags, values) where value == "1" { left.append(flag) }
    if values.last != "1" { left.append("the cursor is hidden") }
    return left
  }
}

extension String {
  /// Whether a curve is drawn: characters of the braille block other than the empty one.
  var hasCurve: Bool { unicodeScalars.contains { (0x2801...0x28FF).contains($0.value) } }

  /// The lines that contain a text.
  func lines(with text: String) -> [String] {
    split(separator: "\n").filter { $0.contains(text) }.map(String.init)
  }
}
