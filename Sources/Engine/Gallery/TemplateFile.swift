import Documents
import Glibc

/// The largest template that is read, in bytes: CloudFormation's limit for one from a bucket.
private let largestTemplate = 1 << 20

/// A template's text.
///
/// - Parameter path: an absolute path.
/// - Returns: the whole file.
/// - Throws: an `Explanation` when it is no file, too large, not UTF-8 or cannot be read.
func readTemplate(_ path: String) throws -> String {
  // Non-blocking, so that a pipe of that name cannot hold the reader up.
  let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
  guard descriptor >= 0 else { throw unreadable(path, String(cString: strerror(errno)) + ".") }
  defer { close(descriptor) }
  var status = stat()
  guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
    throw unreadable(path, "It is not a file.")
  }
  var bytes = [UInt8](repeating: 0, count: largestTemplate + 1)
  var count = 0
  while count < bytes.count {
    let some = bytes.withUnsafeMutableBytes { buffer in
      read(descriptor, buffer.baseAddress?.advanced(by: count), buffer.count - count)
    }
    if some < 0, errno == EINTR { continue }
    guard some >= 0 else { throw unreadable(path, String(cString: strerror(errno)) + ".") }
    if some == 0 { break }
    count += some
  }
  guard count <= largestTemplate else {
    throw unreadable(path, "It is larger than 1 MiB, which no template is.")
  }
  guard let text = String(validating: bytes.prefix(count), as: UTF8.self) else {
    throw unreadable(path, "It is not text in UTF-8.")
  }
  return text
}

/// The template's file in a folder, by the names that are looked for; nil when there is none.
func templateFile(in folder: String) -> String? {
  ["yaml", "yml", "json"].map { folder + "/template." + $0 }.first { file in
    access(file, F_OK) == 0 && !isFolder(file)
  }
}

/// What a template is called by its file: the folder's name for `template.yaml`, else the file's own.
func templateName(_ file: String) -> String {
  let parts = file.split(separator: "/")
  guard let last = parts.last else { return file }
  let stem = last.lastIndex(of: ".").map { last[..<$0] } ?? last
  return stem == "template" && parts.count > 1 ? String(parts[parts.count - 2]) : String(stem)
}

/// The absolute path of something that exists, links resolved; nil when nothing does.
func absolutePath(_ text: String) -> String? {
  guard let resolved = realpath(text, nil) else { return nil }
  defer { free(resolved) }
  return String(cString: resolved)
}

/// A text up to its first full stop, exclamation or question mark that ends a sentence.
///
/// - Parameter text: one paragraph; blanks and line ends are single spaces in the result.
/// - Returns: without the full stop's followers.
func firstSentence(_ text: String) -> String {
  let words = text.split(whereSeparator: \.isWhitespace)
  let end = words.firstIndex { ".!?".contains($0.last ?? " ") } ?? words.count - 1
  return words.prefix(end + 1).joined(separator: " ")
}

private func unreadable(_ path: String, _ why: String) -> Explanation {
  Explanation(
    what: "'\(path)' cannot be read as a template.",
    why: why,
    next: "Name a template's file or folder; 'lathe templates' lists the gallery."
  )
}
