import Documents
import Glibc
import Series

/// A system call that failed: what was tried, and the system's words.
package struct SystemFailure: Explained, Equatable {
  package let action: String
  package let code: Int32

  package init(_ action: String, _ code: Int32) {
    self.action = action
    self.code = code
  }

  /// Whether an error says that there is no space left where something was to be written.
  package static func isFullDisk(_ error: any Error) -> Bool {
    switch error {
    case let failure as SystemFailure: [ENOSPC, EDQUOT].contains(failure.code)
    case SeriesError.system(_, _, let number): [ENOSPC, EDQUOT].contains(number)
    case SeriesError.partlyWritten: true
    default: false
    }
  }

  package var what: String { "Could not \(action)." }
  package var why: String { String(cString: strerror(code)) + "." }
  package var next: String {
    switch code {
    case ENOSPC, EDQUOT: "Free some space on that file system; nothing that was recorded is lost."
    case EACCES, EPERM, EROFS: "Make it writable, or set LATHE_HOME to a folder that is."
    default: "'lathe doctor' checks the home and this machine."
    }
  }
}
